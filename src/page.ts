/** What all lists of the API have in common: Relay connections, at most 200 rows a page, opaque cursors. */
import { Field, ObjectType } from 'type-graphql';
import { badInput } from './errors.js';
import { decodeUuid, type NodeTag } from './node-id.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './page-size.js';

/** The description of every `first`. */
export const FIRST = `How many rows, 1 to ${MAX_PAGE_SIZE}; default ${DEFAULT_PAGE_SIZE}.`;

@ObjectType({ description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether another page follows.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether rows come before this page: whether it was asked for with `after`.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first row; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last row, to be sent as `after` for the next page; null on an empty page.',
  })
  endCursor!: string | null;
}

/** One page, as its connection type answers it. */
export interface Page<Row> {
  readonly edges: { readonly node: Row; readonly cursor: string }[];
  readonly pageInfo: PageInfo;
}

/** What `first` stands for. @throws ApiError BAD_USER_INPUT outside of 1 to 200. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? DEFAULT_PAGE_SIZE;
  if (size < 1 || size > MAX_PAGE_SIZE) throw badInput(['first'], `Must be from 1 to ${MAX_PAGE_SIZE}.`);
  return size;
}

/** The key of the row that a page begins after, in a list whose cursors are the ids of its rows. @throws ApiError BAD_USER_INPUT */
export function keyAfter(tag: NodeTag, after: string | null | undefined): string | undefined {
  const key = after == null ? undefined : decodeUuid(tag, after);
  if (after != null && key === undefined) throw badInput(['after'], 'Must be a cursor of this list.');
  return key;
}

/** @param rows up to `first + 1` rows: the last one is not shown, it tells that another page follows. */
export function pageOf<Row>(
  rows: readonly Row[],
  first: number,
  after: string | null | undefined,
  cursorOf: (row: Row) => string,
): Page<Row> {
  const edges = rows.slice(0, first).map((node) => ({ node, cursor: cursorOf(node) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

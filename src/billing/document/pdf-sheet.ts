/** Which blocks stand on which page, before any is drawn. */

/** Something that stays on one page. Measures are points. */
export interface Block {
  readonly height: number;
  /** Stands on the page of the next one, where a page is high enough for all that stay together. */
  readonly staysWithNext?: boolean;
  /** Is a row of the table: a page that begins with it repeats the head of the table. */
  readonly isRow?: boolean;
  /** @param top where it begins, from the top of the page */
  readonly draw: (top: number) => void;
}

export interface PlacedBlock {
  readonly block: Block;
  readonly top: number;
}

export interface Sheet {
  readonly top: number;
  readonly bottom: number;
  /** The head of the table. */
  readonly head: Block;
}

/** At least one page. */
export function pagesOf(blocks: readonly Block[], { top, bottom, head }: Sheet): PlacedBlock[][] {
  let page: PlacedBlock[] = [];
  const pages = [page];
  let at = top;
  const place = (block: Block) => {
    page.push({ block, top: at });
    at += block.height;
  };
  const makeRoom = (height: number, first: Block) => {
    if (at + height <= bottom || page.length === 0) return;
    page = [];
    pages.push(page);
    at = top;
    if (first.isRow === true) place(head);
  };
  for (const group of groupsOf(blocks)) {
    const height = group.reduce((sum, block) => sum + block.height, 0);
    const [first] = group;
    if (first && top + head.height + height <= bottom) makeRoom(height, first);
    for (const block of group) {
      makeRoom(block.height, block);
      place(block);
    }
  }
  return pages;
}

/** What stays together. */
function groupsOf(blocks: readonly Block[]): Block[][] {
  const groups: Block[][] = [];
  let isOpen = false;
  for (const block of blocks) {
    if (isOpen) groups.at(-1)?.push(block);
    else groups.push([block]);
    isOpen = block.staysWithNext === true;
  }
  return groups;
}

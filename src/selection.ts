/** What a caller asked for, so that nothing is worked out that nobody looks at. */
import {
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from 'graphql';

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/** Documents are kept and come again, so each field of one is searched once. */
const KNOWN = new WeakMap<FieldNode, Map<string, boolean>>();

/** Whether a field of this name stands anywhere below this one. Directives are not looked at: true may be too much. */
export function isAskedFor(name: string, info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): boolean {
  return info.fieldNodes.some((node) => {
    const known = KNOWN.get(node) ?? new Map<string, boolean>();
    let isAsked = known.get(name);
    if (isAsked === undefined) {
      isAsked = mentions(node.selectionSet, name, info.fragments);
      KNOWN.set(node, known.set(name, isAsked));
    }
    return isAsked;
  });
}

/** Validation has refused fragments that contain themselves. */
function mentions(selected: SelectionSetNode | undefined, name: string, fragments: Fragments): boolean {
  return (selected?.selections ?? []).some((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.name.value === name || mentions(selection.selectionSet, name, fragments);
      case Kind.INLINE_FRAGMENT:
        return mentions(selection.selectionSet, name, fragments);
      case Kind.FRAGMENT_SPREAD:
        return mentions(fragments[selection.name.value]?.selectionSet, name, fragments);
    }
  });
}

import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql'

/**
 * Points that a query takes from GitHub's hourly limit, by its published rule: a list counts one request for each element that the lists
 * around it may hold; their sum divided by 100, rounded, at least 1.
 */
export function costOf(text: string): number {
  const document = parse(text)
  const fragments = new Map(
    document.definitions.flatMap((one): [string, FragmentDefinitionNode][] =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
    ),
  )
  return Math.max(1, Math.round(requests(operation(document), fragments, 1) / 100))
}

function operation(document: DocumentNode): SelectionSetNode {
  const found = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (found?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation')
  return found.selectionSet
}

function requests(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  times: number,
): number {
  return set.selections.reduce((sum, one) => {
    if (one.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(one.name.value)
      return sum + (fragment === undefined ? 0 : requests(fragment.selectionSet, fragments, times))
    }
    if (one.selectionSet === undefined) return sum
    if (one.kind === Kind.INLINE_FRAGMENT) return sum + requests(one.selectionSet, fragments, times)
    const size = one.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last')?.value
    if (size === undefined) return sum + requests(one.selectionSet, fragments, times)
    const many = size.kind === Kind.INT ? Number(size.value) : 100
    return sum + times + requests(one.selectionSet, fragments, times * many)
  }, 0)
}

import { type Args, maybeNumber, maybeText } from './args.ts'
import { GitHubError } from './errors.ts'

/** Arguments that every list takes. */
export const PAGING = ['first', 'last', 'after', 'before'] as const

const cursorAt = (at: number): string => Buffer.from(`cursor:v2:${at}`).toString('base64')

function positionOf(cursor: string | undefined, name: string): number | undefined {
  if (cursor === undefined) return undefined
  const at = /^cursor:v2:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1]
  if (at === undefined)
    throw new GitHubError('INVALID_CURSOR_ARGUMENTS', `\`${cursor}\` does not appear to be a valid cursor.`)
  void name
  return Number(at)
}

/** A page of a list, as GraphQL connections are. `node` makes the value of one item, when it is asked for. */
export function connect<Item>(items: readonly Item[], args: Args, name: string, node: (item: Item) => unknown) {
  const first = maybeNumber(args, 'first')
  const last = maybeNumber(args, 'last')
  checkSize(first, last, name)
  const after = positionOf(maybeText(args, 'after'), name)
  const before = positionOf(maybeText(args, 'before'), name)
  let start = after === undefined ? 0 : after + 1
  let end = Math.min(before ?? items.length, items.length)
  if (first !== undefined) end = Math.min(end, start + first)
  else if (last !== undefined) start = Math.max(start, end - last)
  const page = items.slice(start, end)
  return {
    totalCount: items.length,
    nodes: () => bounded(first, last, name, page).map(node),
    edges: () =>
      bounded(first, last, name, page).map((item, at) => ({ cursor: cursorAt(start + at), node: () => node(item) })),
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0 && items.length > 0,
      startCursor: page.length > 0 ? cursorAt(start) : null,
      endCursor: page.length > 0 ? cursorAt(start + page.length - 1) : null,
    },
  }
}

/** A list that is only counted needs no bounds: GitHub's own gh asks for `commits { totalCount }`. */
function bounded<Item>(first: number | undefined, last: number | undefined, name: string, page: readonly Item[]) {
  if (first === undefined && last === undefined) {
    throw new GitHubError(
      'MISSING_PAGINATION_BOUNDARIES',
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    )
  }
  return page
}

function checkSize(first: number | undefined, last: number | undefined, name: string): void {
  for (const [kind, count] of [
    ['first', first],
    ['last', last],
  ] as const) {
    if (count !== undefined && count > 100) {
      throw new GitHubError(
        'EXCESSIVE_PAGINATION',
        `Requesting ${count} records on the \`${name}\` connection exceeds the \`${kind}\` limit of 100 records.`,
      )
    }
  }
}

import type { Answer } from '../exchange.ts'
import type { Asked } from './answering.ts'

export type Page = { readonly number: number; readonly size: number }

export function pageOf(query: URLSearchParams, usual = 30): Page {
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? usual) || usual))
  return { size, number: Math.max(1, Number(query.get('page') ?? 1) || 1) }
}

export function slice<Item>(items: readonly Item[], page: Page): Item[] {
  return items.slice((page.number - 1) * page.size, page.number * page.size)
}

/** One page of a list, with `link` where there are more. */
export async function paged<Item>(
  asked: Asked,
  items: readonly Item[],
  form: (item: Item) => unknown,
): Promise<Answer> {
  const page = pageOf(asked.query)
  const body = await Promise.all(slice(items, page).map(form))
  return { status: 200, body, ...linkHeader(asked, items.length, page) }
}

export function linkHeader(asked: Asked, total: number, page: Page): { headers?: Record<string, string> } {
  const last = Math.max(1, Math.ceil(total / page.size))
  if (last === 1) return {}
  const to = (number: number, rel: string) => {
    const query = new URLSearchParams(asked.query)
    query.set('page', String(number))
    return `<${asked.root}${asked.exchange.path}?${query}>; rel="${rel}"`
  }
  const links = [
    ...(page.number > 1 ? [to(page.number - 1, 'prev'), to(1, 'first')] : []),
    ...(page.number < last ? [to(page.number + 1, 'next'), to(last, 'last')] : []),
  ]
  return { headers: { link: links.join(', ') } }
}

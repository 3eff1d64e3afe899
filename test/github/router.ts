import type { Route } from './exchange.ts'

export type Found = { readonly route: Route; readonly params: Readonly<Record<string, string>> }

/** Parameters that may hold slashes, as the last of their template. */
const GREEDY = new Set(['path', 'ref', 'basehead', 'branch'])

type Compiled = { readonly route: Route; readonly pattern: RegExp; readonly names: readonly string[] }

/** Finds the operation of a request; where several fit, the one with more fixed text. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Found | undefined {
  const compiled = routes.map(compile).sort((a, b) => fixed(b.route) - fixed(a.route))
  return (method, path) => {
    for (const { route, pattern, names } of compiled) {
      if (route.method !== method) continue
      const match = pattern.exec(path)
      const params = match && decoded(names, match.slice(1))
      if (params) return { route, params }
    }
    return undefined
  }
}

function compile(route: Route): Compiled {
  const names: string[] = []
  const parts = route.template.split('/').slice(1)
  const pattern = parts.map((part, at) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined) return `/${part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')}`
    names.push(name)
    // The root folder is the path of no characters.
    if (at === parts.length - 1 && GREEDY.has(name)) return name === 'path' ? '/?(.*)' : '/(.+)'
    return '/([^/]+)'
  })
  return { route, names, pattern: new RegExp(`^${pattern.join('')}$`) }
}

function fixed(route: Route): number {
  return route.template.replace(/\{\w+\}/g, '').length
}

function decoded(names: readonly string[], values: readonly string[]): Record<string, string> | undefined {
  try {
    return Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(values[at] ?? '')]))
  } catch {
    return undefined
  }
}

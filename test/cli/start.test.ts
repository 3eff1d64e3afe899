import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = resolve(import.meta.dirname, '../../src')

/** What a file imports when it is loaded: types and dynamic imports cost nothing then. */
function loads(file: string): readonly string[] {
  const source = readFileSync(resolve(SRC, file), 'utf8')
  const statements = source.matchAll(/^(?:import|export)\s(?!type\b)(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]/gms)
  return [...statements].map((match) => match[1] ?? '')
}

type Edge = { readonly from: string; readonly to: string }

function inSources(file: string, specifier: string): string {
  return specifier.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), specifier)) : specifier
}

/** Every import that is followed from an entry, as long as it stays in the command line. */
function edgesFrom(entry: string): readonly Edge[] {
  const seen = new Set<string>()
  const edges: Edge[] = []
  const waiting = [entry]
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    if (seen.has(from)) continue
    seen.add(from)
    for (const specifier of loads(from)) {
      const to = inSources(from, specifier)
      edges.push({ from, to })
      if (to.startsWith('cli/')) waiting.push(to)
    }
  }
  return edges
}

describe('the start of the command line', () => {
  const edges = edgesFrom('cli.ts')

  it('reaches the verbs', () => {
    expect(edges).toContainEqual({ from: 'cli/main.ts', to: 'cli/verbs.ts' })
    expect(edges).toContainEqual({ from: 'cli/verbs.ts', to: 'cli/edit.ts' })
  })

  it('loads no room but domain, no adapter and no package: verbs import those inside run', () => {
    expect(edges.filter(({ to }) => !/^(?:cli\/|domain\/|node:)/.test(to))).toEqual([])
  })
})

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

function loadedFrom(entry: string): ReadonlySet<string> {
  const seen = new Set<string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const specifier of loads(file))
      if (specifier.startsWith('.')) waiting.push(relative(SRC, resolve(SRC, dirname(file), specifier)))
      else seen.add(specifier)
  }
  return seen
}

describe('the start of the command line', () => {
  const loaded = [...loadedFrom('cli.ts')]

  it('reaches the verbs', () => {
    expect(loaded).toContain('cli/verbs.ts')
    expect(loaded).toContain('cli/edit.ts')
  })

  it('loads the words of the verbs and nothing heavy: rooms, adapters and packages come inside run', () => {
    expect(loaded.filter((name) => !/^(?:cli\.ts$|cli\/|domain\/|node:)/.test(name))).toEqual([])
  })
})

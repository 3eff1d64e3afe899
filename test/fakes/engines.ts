import { loadedEngines } from '../../src/cli/engines.ts'
import type { Engines, ProphetEngine } from '../../src/detection/index.ts'

/**
 * The real numeric libraries, each loaded once for a file of tests. What Prophet was asked before it is not asked again: a fit takes as long
 * as a test may, and test/detection/engines shows that it answers alike.
 */
export async function realEngines(): Promise<Engines> {
  const engines = await loadedEngines()
  return { ...engines, prophet: remembered(engines.prophet) }
}

function remembered(engine: ProphetEngine): ProphetEngine {
  const known = new Map<string, ReturnType<ProphetEngine>>()
  return (input) => {
    const key = JSON.stringify(input)
    const found = known.get(key) ?? engine(input)
    known.set(key, found)
    return found === undefined ? undefined : structuredClone(found)
  }
}

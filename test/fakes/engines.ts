import { arimaLibrary } from '../../src/cli/arima-library.ts'
import { arimaEngine } from '../../src/detection/engines/index.ts'
import { type Engines, NO_ENGINES } from '../../src/detection/index.ts'

/** The real numeric libraries, each loaded once for a file of tests. */
export async function realEngines(): Promise<Engines> {
  return { ...NO_ENGINES, arima: arimaEngine(await arimaLibrary()) }
}

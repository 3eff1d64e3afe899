import { arimaEngine, prophetEngine } from '../detection/engines/index.ts'
import type { Engines } from '../detection/index.ts'
import { arimaLibrary } from './arima-library.ts'
import { prophetLibrary } from './prophet-library.ts'

/** The numeric libraries, loaded into this process. */
export async function loadedEngines(): Promise<Engines> {
  return { arima: arimaEngine(await arimaLibrary()), prophet: prophetEngine(await prophetLibrary()) }
}

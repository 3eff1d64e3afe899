import { arimaEngine } from '../detection/engines/index.ts'
import { type Engines, NO_ENGINES } from '../detection/index.ts'
import { arimaLibrary } from './arima-library.ts'

/** The numeric libraries, loaded into this process. */
export async function loadedEngines(): Promise<Engines> {
  return { ...NO_ENGINES, arima: arimaEngine(await arimaLibrary()) }
}

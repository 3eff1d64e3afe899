import { type Engines, NO_ENGINES } from '../../detection/index.ts'

/** The numeric libraries, loaded into this process. */
export async function loadedEngines(): Promise<Engines> {
  return NO_ENGINES
}

import { type Detector, detectors, type Engines, NO_ENGINES } from '../../src/detection/index.ts'

/** The models that are measured: those that vote, and any that wait for their place. Each lies in src/detection/detectors/<id>.ts. */
export const models: readonly Detector[] = detectors

/** The numeric libraries, as the worker of the service has them. */
export async function loadEngines(): Promise<Engines> {
  return NO_ENGINES
}

/** Files beside the model's own that decide its scores. */
export const ENGINE_FILES: Readonly<Record<string, readonly string[]>> = {
  arima: ['src/detection/engines/arima.ts'],
  prophet: ['src/detection/engines/prophet.ts'],
}

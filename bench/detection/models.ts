import { type Detector, detectors } from '../../src/detection/index.ts'

export { loadedEngines as loadEngines } from '../../src/cli/engines.ts'

/** The models that are measured: those that vote. Each lies in src/detection/detectors/<id>.ts. */
export const models: readonly Detector[] = detectors

/** Files beside the model's own that decide its scores. */
export const ENGINE_FILES: Readonly<Record<string, readonly string[]>> = {
  arima: ['src/detection/engines/arima.ts', 'src/cli/arima-library.ts'],
  prophet: ['src/detection/engines/prophet.ts', 'src/cli/prophet-library.ts'],
}

import { arima } from '../../src/detection/detectors/arima.ts'
import { lstm } from '../../src/detection/detectors/lstm.ts'
import { prophet } from '../../src/detection/detectors/prophet.ts'
import { type Detector, detectors } from '../../src/detection/index.ts'

export { loadedEngines as loadEngines } from '../../src/cli/engines.ts'

/** Those that are there but do not vote yet. */
const WAITING: readonly Detector[] = [arima, lstm, prophet]

/** The models that are measured. Each lies in src/detection/detectors/<id>.ts. */
export const models: readonly Detector[] = [
  ...detectors,
  ...WAITING.filter((one) => !detectors.some(({ id }) => id === one.id)),
]

/** Files beside the model's own that decide its scores. */
export const ENGINE_FILES: Readonly<Record<string, readonly string[]>> = {
  arima: ['src/detection/engines/arima.ts', 'src/cli/arima-library.ts'],
  prophet: ['src/detection/engines/prophet.ts', 'src/cli/prophet-library.ts'],
}

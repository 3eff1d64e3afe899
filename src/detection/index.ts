export type { Detector, FitOutcome, Scores, Silence } from './detectors/detector.ts'
export { detectors } from './detectors/index.ts'
export {
  type Fit,
  type FitJob,
  fitModels,
  type Judgement,
  MODELS_FIT,
  type ModelFindingInput,
  modelFinding,
  scoreModels,
} from './models.ts'
export { type ScanResult, scan } from './scan.ts'
export type { ScanSettings } from './settings.ts'
export { historySignals, tickSignals } from './signals/index.ts'
export { type Column, type Window, windowsOf } from './window.ts'

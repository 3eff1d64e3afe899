export { alarmRate, decidingOf } from './alarms.ts'
export { COARSE_STEP_MS, canBeCoarser, DENSE_MS } from './coarser.ts'
export type { Detector, FitInput, FitOutcome, Silence } from './detectors/detector.ts'
export { detectors } from './detectors/index.ts'
export { fitOutside, type Outside, type OutsideModel, scoreOutside } from './detectors/lstm/outside.ts'
export { fitPooled, modelFrom, type Past, type Pooled } from './detectors/lstm/pooled.ts'
export { type Tail, tailOf, tailProbability } from './detectors/tail.ts'
export {
  type ArimaEngine,
  EngineLost,
  type Engines,
  type Forecast,
  NO_ENGINES,
  type ProphetEngine,
  type ProphetForecast,
  type ProphetInput,
} from './engines.ts'
export { type Arrival, arrivalOf, type Growth, type Level } from './forecast/arrival.ts'
export { type LeakInput, leakOf } from './forecast/leak.ts'
export { type Points, type Trend, trendOf } from './forecast/trend.ts'
export { type Expected, type Usage, type UsageInput, usageAt } from './forecast/usage.ts'
export { healingWords } from './healing/opinion.ts'
export { jobsAtWork } from './jobs.ts'
export { confidenceIn, type Judged, judged, votesIn } from './judged.ts'
export { changesOf, isSettling, settled, settledMs } from './known-events.ts'
export { learnedUnder } from './learning.ts'
export {
  ANSWERS,
  type Answer,
  type AnswerJob,
  type Ask,
  answers,
  askKey,
  asksFor,
  FITTED_ON_MS,
  judgeLive,
  judgeOn,
  type Known,
  type LiveInput,
  stillNeeded,
} from './live.ts'
export { alarmBegan, type ModelFindingInput, modelFinding } from './model-finding.ts'
export { afterOutcomes, ruleAfterOutcomes } from './outcomes.ts'
export { type OutsideRows, outsideRows, outsideTrack, withOutside } from './outside.ts'
export { type ScanResult, scan } from './scan.ts'
export {
  judgeRows,
  judgeSeries,
  type Label,
  SERIES_ROWS,
  type ServedForest,
  servedAsks,
  servedForest,
} from './served/anomaly-detector.ts'
export { expectedAt, type HourProfile, hourProfile } from './served/hour-profile.ts'
export { HOURS_AHEAD, type HoursAhead, hoursAhead, withForecast } from './served/hours-ahead.ts'
export type { ScanSettings } from './settings.ts'
export { historySignals, tickSignals } from './signals/index.ts'
export { type Judgement, type Standing, standingOf } from './standing.ts'
export { type Track, type TrackInput, trackOf } from './track.ts'
export { type Column, type Window, windowsOf } from './window.ts'

import { serveFits } from '../adapters/workers/index.ts'
import {
  ANSWERS,
  type AnswerJob,
  answers,
  detectors,
  EngineLost,
  HOURS_AHEAD,
  hoursAhead,
  type Level,
} from '../detection/index.ts'
import { loadedEngines } from './engines.ts'

const engines = await loadedEngines()

/** Entry of the worker thread in which models are fitted: the only one of its modules that knows detection. */
serveFits(
  {
    [ANSWERS]: (job: AnswerJob) => answers(detectors, job, engines),
    [HOURS_AHEAD]: (series: Level) => hoursAhead(series, engines),
  },
  (error) => error instanceof EngineLost,
)

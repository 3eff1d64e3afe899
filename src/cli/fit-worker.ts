import { serveFits } from '../adapters/workers/index.ts'
import { arimaEngine } from '../detection/engines/index.ts'
import {
  ANSWERS,
  type AnswerJob,
  answers,
  detectors,
  EngineLost,
  type Engines,
  NO_ENGINES,
} from '../detection/index.ts'
import { arimaLibrary } from './arima-library.ts'

const engines: Engines = { ...NO_ENGINES, arima: arimaEngine(await arimaLibrary()) }

/** Entry of the worker thread in which models are fitted: the only one of its modules that knows detection. */
serveFits({ [ANSWERS]: (job: AnswerJob) => answers(detectors, job, engines) }, (error) => error instanceof EngineLost)

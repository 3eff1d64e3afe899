import { serveFits } from '../adapters/workers/index.ts'
import { ANSWERS, type AnswerJob, answers, detectors, EngineLost } from '../detection/index.ts'
import { loadedEngines } from './engines.ts'

const engines = await loadedEngines()

/** Entry of the worker thread in which models are fitted: the only one of its modules that knows detection. */
serveFits({ [ANSWERS]: (job: AnswerJob) => answers(detectors, job, engines) }, (error) => error instanceof EngineLost)

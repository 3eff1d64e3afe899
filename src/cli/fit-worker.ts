import { serveFits } from '../adapters/workers/index.ts'
import { type FitJob, fitModels, MODELS_FIT } from '../detection/index.ts'

/** Entry of the worker thread in which models are fitted: the only one of its modules that knows detection. */
serveFits({ [MODELS_FIT]: ({ window, upToMs, seed }: FitJob) => fitModels(window, upToMs, seed) })

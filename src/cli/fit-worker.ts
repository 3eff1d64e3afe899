import { serveFits } from '../adapters/workers/index.ts'
import { type FitJob, fitModels, MODELS_FIT, NO_ENGINES } from '../detection/index.ts'

/** Entry of the worker thread in which models are fitted: the only one of its modules that knows detection. */
serveFits({ [MODELS_FIT]: (job: FitJob) => fitModels(job, NO_ENGINES) })

import { serveFits } from '../adapters/workers/index.ts'
import { arimaEngine } from '../detection/engines/index.ts'
import { EngineLost, type Engines, type FitJob, fitModels, MODELS_FIT, NO_ENGINES } from '../detection/index.ts'
import { arimaLibrary } from './arima-library.ts'

const engines: Engines = { ...NO_ENGINES, arima: arimaEngine(await arimaLibrary()) }

/** Entry of the worker thread in which models are fitted: the only one of its modules that knows detection. */
serveFits({ [MODELS_FIT]: (job: FitJob) => fitModels(job, engines) }, (error) => error instanceof EngineLost)

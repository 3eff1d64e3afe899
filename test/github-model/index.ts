export { type Call, type Fault, Kill, type ModelApiOptions, modelApi } from './api.ts'
export { type People, peopleOf } from './people.ts'
export { ModelRepository, OWNER, type RepositoryOptions, WEB_FLOW } from './repository.ts'
export type { Actor, PullState, Rules, Settings, State } from './state.ts'

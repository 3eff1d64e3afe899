export type { Prediction, ServedModel } from './model.ts'
export { type KserveOptions, type KserveServer, kserveServer } from './server.ts'

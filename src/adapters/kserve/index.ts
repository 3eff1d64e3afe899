export { type KserveModelOptions, kserveModel, predictUrl } from './kserve-model.ts'

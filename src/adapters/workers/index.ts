export { serveFits } from './serve-fits.ts'
export { type WorkerOptions, workerCompute } from './worker-compute.ts'

export { unpackChart } from './unpack.ts'

export { type DiskShelfOptions, diskShelf } from './disk-shelf.ts'
export { bytesOf, plainOf } from './plain-bytes.ts'

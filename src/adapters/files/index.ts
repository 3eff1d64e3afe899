export { diskTree, type TreeLimits } from './read-tree.ts'
export { type Expected, writeFiles } from './write-files.ts'

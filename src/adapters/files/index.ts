export { fixedApplications, noCluster } from './no-cluster.ts'
export { diskTree, type TreeLimits } from './read-tree.ts'
export { systemClock } from './system-clock.ts'
export { type Expected, writeFiles } from './write-files.ts'

export { type Discovery, type DiscoveryInput, discover } from './discover.ts'
export { applicationsWritten, type NotResolved, type WrittenApplications } from './written.ts'

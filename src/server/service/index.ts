export { closeServer, LIMITS, type ListenAt, listenAt, MAX_CONNECTIONS } from './listen.ts'
export { type Metric, type ServiceOptions, type ServiceServer, serviceServer } from './service.ts'

export { closeServer, type ListenAt, listenAt } from './listen.ts'
export { type Metric, type ServiceOptions, type ServiceServer, serviceServer } from './service.ts'

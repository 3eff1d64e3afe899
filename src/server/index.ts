export * from './kserve/index.ts'
export * from './review/index.ts'
export {
  closeServer,
  type ListenAt,
  listenAt,
  type Metric,
  type ServiceOptions,
  type ServiceServer,
  serviceServer,
} from './service/index.ts'
export * from './webhooks/index.ts'

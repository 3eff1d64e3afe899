export * from './kserve/index.ts'
export * from './review/index.ts'
export * from './service/index.ts'
export * from './webhooks/index.ts'

export * from './review/index.ts'

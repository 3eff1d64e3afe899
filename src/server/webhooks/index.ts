export type { Nudge } from './nudges.ts'
export { type WebhookOptions, type WebhookServer, webhookServer } from './server.ts'

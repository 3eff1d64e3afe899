import type { Lane } from '../domain/index.ts'

export type Notice = {
  readonly key: string
  readonly lane: Lane
  readonly severity: 'info' | 'warning' | 'critical'
  readonly title: string
  readonly text: string
  readonly url?: string
}

/** Tells people. At least once, with the same key for the same fact; never decides anything. */
export interface Notifier {
  notify(notice: Notice): Promise<void>
}

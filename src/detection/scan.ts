import type { Finding, SignalAnswer, Unknown } from '../domain/index.ts'
import type { ScanSettings } from './settings.ts'

export type ScanResult = { readonly findings: readonly Finding[]; readonly unknown: readonly Unknown[] }

/** What the rules find now in the answers, and what they could not judge. */
export function scan(_answers: readonly SignalAnswer[], _nowMs: number, _settings: ScanSettings): ScanResult {
  return { findings: [], unknown: [] }
}

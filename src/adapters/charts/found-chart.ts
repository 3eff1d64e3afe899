import type { Reason } from '../../domain/index.ts'

/** A chart of a chart repository, as Applications and Chart.yaml name it. */
export type ChartWanted = {
  /** `https://charts.example.com`, `oci://ghcr.io/org`, or a registry as Argo CD writes it, without a scheme. */
  readonly repoURL: string
  readonly chart: string
  /** A version, or a range of them. */
  readonly targetRevision: string
}

/** `digest`: SHA-256 of the packed chart, 64 hex digits. */
export type PinnedChart = { readonly version: string; readonly digest: string }

export type FoundChart =
  | ({
      readonly found: true
      readonly archive: Uint8Array
      readonly files: ReadonlyMap<string, Uint8Array>
    } & PinnedChart)
  | ChartProblem

export type ChartProblem = { readonly found: false; readonly reason: Reason; readonly message: string }

/** Brings charts: over the network, or out of a folder. Equal charts may be asked for again and again. Never throws. */
export type ChartProvider = { chart(wanted: ChartWanted): Promise<FoundChart> }

export function missing(reason: Reason, message: string): ChartProblem {
  return { found: false, reason, message }
}

/** Foreign text for a message: one line, printable, cut to 200 characters. */
export function shown(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return plain.length > 200 ? `${plain.slice(0, 200)}...` : plain
}

/** `charts/nginx 15.x of https://charts.example.com`, for messages. */
export function wantedText({ repoURL, chart, targetRevision }: ChartWanted): string {
  return shown(`${chart} ${targetRevision} of ${repoURL}`)
}

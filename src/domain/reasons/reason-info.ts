/** A named reason: what it means, and what a person can do. Looked up by `kintsugi explain <reason>`. */
export type ReasonInfo = {
  readonly group: 'hold' | 'plan' | 'source' | 'forge' | 'data' | 'outcome'
  readonly means: string
  readonly next: string
}

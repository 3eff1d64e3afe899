/** What scanning is told beside the samples. */
export type ScanSettings = {
  /** Runs with gaps shorter than max(this, 6 h) are one episode. The longest cooldownPeriod of the policies concerned, ms. */
  readonly cooldownMs: number
  /** Verified and refuted findings by rule id: they update the rule's prior. */
  readonly outcomes?: Readonly<Record<string, { readonly verified: number; readonly refuted: number }>>
}

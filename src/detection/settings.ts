/** What scanning is told beside the samples. */
export type ScanSettings = {
  /** Runs with gaps shorter than max(this, 6 h) are one episode. The longest cooldownPeriod of the policies concerned, ms. */
  readonly cooldownMs: number
}

/** An autoencoder that was trained elsewhere: it rebuilds windows of so many rows of so many columns. */
export interface Rebuilder {
  readonly steps: number
  readonly columns: number
  /**
   * `windows` holds `count` windows one after the other, each row by row, in robust spreads from the usual value; the answer is laid out alike.
   * Throws when the engine fails or answers in another shape.
   */
  rebuild(windows: Float32Array, count: number): Promise<Float32Array>
  close(): Promise<void>
}

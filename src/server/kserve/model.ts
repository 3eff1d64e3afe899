/** What a model gives for rows of numbers: an entry for each of them, or why there is none. */
export type Prediction =
  | { readonly predicted: true; readonly predictions: readonly (number | readonly number[])[] }
  /** `invalid`: the rows themselves are what is wrong. */
  | { readonly predicted: false; readonly why: 'not-ready' | 'invalid'; readonly problem: string }

/** A model of ours behind the V1 protocol. It reads and computes; it never writes anything. */
export type ServedModel = {
  readonly name: string
  /** What a row holds, in order. */
  readonly features: readonly string[]
  /** Why it cannot answer for single rows yet, in a few words; undefined where it can. */
  unready(): string | undefined
  /** `rows` are as wide as `features`, and every number is finite. Throws only what is wrong with us. */
  predict(rows: readonly (readonly number[])[]): Promise<Prediction>
}

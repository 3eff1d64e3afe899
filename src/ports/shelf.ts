/** Numbers (NaN and infinities too), texts, truth values, null, undefined, lists, records and typed arrays; no cycles, nothing shared. */
export type Plain = unknown

/**
 * What later processes need not work out again. It may lose anything at any time, and never gives anything but what was put there under
 * the same key. Nothing here throws: what goes wrong in keeping is a thing that is not kept.
 */
export interface Shelf {
  /** Equal to what was put last; undefined where nothing is kept, or what is there is not that. */
  get(key: string): Promise<Plain>
  /** Whether it is kept now. Where the shelf is full, what was put longest ago goes. */
  put(key: string, value: Plain): Promise<boolean>
  drop(key: string): Promise<void>
  /** What is kept now, as far as is known. */
  held(): { readonly entries: number; readonly bytes: number }
}

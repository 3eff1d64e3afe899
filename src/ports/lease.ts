/** Who leads. The epoch grows with every change of holder and fences every write. */
export interface Lease {
  /** The epoch while we hold the lease, undefined while we do not. */
  held(): Promise<number | undefined>
  release(): Promise<void>
}

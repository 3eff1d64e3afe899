/** Everything that the stand-in holds: repositories, accounts, apps, and the time that they live in. */
export type World = {
  /** Folder with the bare repositories. */
  readonly dir: string
  readonly clock: { now(): number }
}

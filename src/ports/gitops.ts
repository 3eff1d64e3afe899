import type { LiveApplication } from '../domain/index.ts'

/** Argo CD's Applications and what it says of them. Nothing here syncs, refreshes or patches. */
export interface GitOps {
  readonly cluster: string
  applications(): Promise<readonly LiveApplication[]>
}

import type { Application, Field, Location } from '../domain/index.ts'
import { locate, type Target } from '../source/index.ts'
import type { Refusal } from './application-files.ts'
import type { Arguments } from './arguments.ts'
import type { Io } from './io.ts'
import { readLive } from './live-file.ts'
import { askEach, type Checkout, readRequest } from './source-request.ts'

export type Found = {
  readonly location: Location
  readonly application: Application
  /** Folder that holds the file. */
  readonly checkout: Checkout
  readonly note?: string
}

/** Looks the field up in the Applications that the command line names. */
export async function locateIn(args: Arguments, io: Io, target: Target, field: Field): Promise<Found | Refusal> {
  const [request, live] = await Promise.all([readRequest(args, io, target), readLive(args, io)])
  const { deps, home, note } = request
  const found = await askEach(request, async (candidate) => {
    const { application } = candidate
    const one = await locate({ ...candidate, deps, target, field, ...(live && { live }) })
    if (!one.located) return { reason: one.reason, message: one.message }
    const { repoURL } = one.location
    const checkout = (repoURL === undefined ? undefined : candidate.checkout(repoURL)) ?? home
    return { location: one.location, application, checkout }
  })
  return 'location' in found && note !== undefined ? { ...found, note } : found
}

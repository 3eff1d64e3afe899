import type { World } from './world/world.ts'

/** Levels that an App can be granted a permission at. */
export type Level = 'read' | 'write'
export type Permissions = Readonly<Record<string, Level>>

/** Who asks. An installation sees only its repositories (`all`, where it was installed so) and has only its permissions. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly login: string }
  | { readonly kind: 'app'; readonly appId: number }
  | {
      readonly kind: 'installation'
      readonly appId: number
      readonly installationId: number
      readonly permissions: Permissions
      readonly repositories: 'all' | readonly number[]
    }

/** One request, after authentication and validation. */
export type Exchange = {
  readonly method: string
  /** Without the `/api/v3` of a GitHub Enterprise Server. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown
  readonly actor: Actor
  /** Root of the API as the client called it, for the addresses in answers. */
  readonly root: string
}

export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON, or bytes for archives and raw contents; none for 204. */
  readonly body?: unknown
}

/** One operation of the REST description. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As the description writes it: `/repos/{owner}/{repo}/pulls/{pull_number}`. */
  readonly template: string
  /** Any one of these sets is enough; the first is what is reported as accepted. `app` needs the App itself. */
  readonly needs: readonly Permissions[] | 'app' | 'none'
  handle(world: World, exchange: Exchange, params: Readonly<Record<string, string>>): Answer | Promise<Answer>
}

/** Where behaviours are tried: the stand-in, or a repository of a real organisation. Everything goes over HTTP, as a person. */
export type Target = {
  readonly name: string
  /** Root of the REST API. */
  readonly api: string
  readonly graphqlUrl: string
  readonly token: string
  readonly owner: string
  readonly repository: string
  /** Tip of `main`, which holds `values.yaml`. */
  readonly base: string
  readonly repositoryId: string
}

export type Reply = { readonly status: number; readonly headers: Headers; readonly body: unknown }
export type GraphqlError = { readonly type?: string; readonly message: string; readonly path?: readonly unknown[] }
export type GraphqlReply = {
  readonly data: Readonly<Record<string, unknown>> | null
  readonly errors: readonly GraphqlError[]
}

export async function rest(
  target: Target,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const answer = await fetch(`${target.api}${path}`, {
    method,
    headers: {
      authorization: `token ${target.token}`,
      accept: 'application/vnd.github+json',
      'user-agent': 'kintsugi-conformance',
      'x-github-api-version': '2022-11-28',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
}

export const inRepository = (target: Target, path: string): string =>
  `/repos/${target.owner}/${target.repository}${path}`

export async function graphql(target: Target, query: string, variables: object = {}): Promise<GraphqlReply> {
  const at = { ...target, api: target.graphqlUrl }
  const { body } = await rest(at, 'POST', '', { query, variables })
  // The cast: GraphQL answers have this form, and what is missing is filled in.
  const reply = body as Partial<GraphqlReply>
  return { data: reply.data ?? null, errors: reply.errors ?? [] }
}

/** A value inside an answer, by its path; undefined where there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}

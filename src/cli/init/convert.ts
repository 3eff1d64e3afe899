import { isJsonObject, KintsugiError } from '../../domain/index.ts'
import type { GithubAddresses } from './request.ts'

/** What GitHub gives once, and never again. */
export type AppCredentials = {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly url: string
  readonly clientId: string
  /** PEM. */
  readonly privateKey: string
  readonly webhookSecret?: string
}

const WITHIN_MS = 30_000
const MOST_BYTES = 256 * 1024

/** Exchanges the code of the redirect. Throws KIN-4003 with what to do where GitHub refuses; nothing of the answer is quoted. */
export async function convertManifest(
  github: GithubAddresses,
  code: string,
  ask: typeof fetch,
): Promise<AppCredentials> {
  let response: Response
  let text: string
  try {
    response = await ask(`${github.api}/app-manifests/${code}/conversions`, {
      method: 'POST',
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        'user-agent': 'kintsugi-init',
      },
      redirect: 'error',
      signal: AbortSignal.timeout(WITHIN_MS),
    })
    text = await response.text()
  } catch (cause) {
    throw new KintsugiError(
      'KIN-4003',
      `${github.api} did not answer: ${cause instanceof Error ? cause.message : ''}`,
      {
        cause,
      },
    )
  }
  if (response.status === 404)
    throw new KintsugiError('KIN-4003', 'GitHub no longer knows this code. It holds for an hour and once; begin anew.')
  if (!response.ok)
    throw new KintsugiError('KIN-4003', `GitHub answered ${response.status} when asked for the credentials of the App`)
  const found = text.length > MOST_BYTES ? undefined : credentialsOf(text)
  if (found === undefined)
    throw new KintsugiError('KIN-4003', 'GitHub answered with something that holds no credentials of an App')
  return found
}

function credentialsOf(text: string): AppCredentials | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isJsonObject(value)) return undefined
  const { id, slug, name, html_url: url, client_id: clientId, pem, webhook_secret: webhookSecret } = value
  const texts = [slug, name, url, clientId, pem].every((one) => typeof one === 'string' && one !== '')
  // It becomes a link of the last page.
  if (!/^https?:\/\//.test(String(url))) return undefined
  if (typeof id !== 'number' || !texts || !/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(String(pem))) return undefined
  return {
    id,
    slug: String(slug),
    name: String(name),
    url: String(url),
    clientId: String(clientId),
    privateKey: String(pem),
    ...(typeof webhookSecret === 'string' && webhookSecret !== '' && { webhookSecret }),
  }
}

import type { Manifest } from './auth/manifest.ts'
import type { Answer } from './exchange.ts'
import type { Incoming, StandIn } from './stand-in.ts'

const NEW_APP = /^(?:\/organizations\/([^/]+))?\/settings\/apps\/new$/

/** Who is signed in in the browser that opens a page, where the App is not an organisation's. */
const SIGNED_IN = 'octocat'

/** The one page of GitHub's that is needed: it takes the manifest of an App and sends the browser back with a code. */
export function pageAnswer(standIn: StandIn, incoming: Incoming): Answer | undefined {
  const match = NEW_APP.exec(incoming.path)
  if (!match) return undefined
  const organisation = match[1]
  if (organisation !== undefined && !standIn.world.organisations.has(organisation)) return page(404, 'Not Found')
  if (incoming.method !== 'POST') return page(200, 'Register new GitHub App')
  const field = new URLSearchParams(incoming.bytes.toString('utf8')).get('manifest')
  const manifest = field === null ? undefined : parsed(field)
  if (manifest === undefined) return page(200, 'Invalid GitHub App configuration', ['The manifest is no JSON object'])
  const state = incoming.query.get('state') ?? undefined
  const made = standIn.codes.register(manifest, organisation ?? SIGNED_IN, state)
  if (typeof made !== 'string') return page(200, 'Invalid GitHub App configuration', made)
  return { status: 302, headers: { location: made } }
}

function parsed(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // The cast: every field is looked at before it is used.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Manifest) : undefined
  } catch {
    return undefined
  }
}

function page(status: number, title: string, lines: readonly string[] = []): Answer {
  const items = lines.map((line) => `<li>${line.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</li>`).join('')
  const body = `<!doctype html><title>${title}</title><h1>${title}</h1><ul>${items}</ul>`
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

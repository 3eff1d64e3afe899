import { KintsugiError } from '../../domain/index.ts'
import type { Arguments } from '../arguments.ts'

export type InitRequest = {
  readonly organization?: string
  readonly github: GithubAddresses
  readonly name: string
  readonly webhookUrl?: string
  readonly secret: { readonly namespace: string; readonly name: string }
  readonly to: {
    readonly print: boolean
    readonly out?: string
    readonly apply?: { readonly context?: string; readonly replace: boolean }
  }
  readonly open: boolean
}

export type GithubAddresses = {
  /** `https://github.com`, without a slash at its end. */
  readonly web: string
  /** Root of the REST API, without a slash at its end. */
  readonly api: string
}

const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/
const OBJECT = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/
/** GitHub's own limit for the name of an App. */
const LONGEST_NAME = 34

function usage(message: string): KintsugiError {
  return new KintsugiError('KIN-1001', message)
}

/** Reads the flags. Throws KIN-1001 with what is wrong and what is missing. */
export function readInitRequest(args: Arguments): InitRequest {
  const organization = checked(args, 'organization', OWNER, 'the name of an organisation')
  const print = args.has('print')
  const out = args.text('out')
  const apply = args.has('apply')
  if (!print && out === undefined && !apply)
    throw usage('Say where the credentials go: --apply, --out DIR or --print. They are shown to nobody otherwise.')
  if (!apply && (args.has('replace') || args.has('context'))) throw usage('--replace and --context need --apply.')
  const webhookUrl = webhookUrlOf(args.text('webhook-url'))
  const context = args.text('context')
  const name = args.text('name') ?? (organization === undefined ? 'kintsugi' : `kintsugi-${organization}`)
  if (name.trim() === '') throw usage('--name is empty.')
  if (name.length > LONGEST_NAME)
    throw usage(`--name has at most ${LONGEST_NAME} characters: ${name} has ${name.length}.`)
  return {
    ...(organization !== undefined && { organization }),
    github: addressesOf(args.text('host') ?? 'github.com'),
    name,
    ...(webhookUrl !== undefined && { webhookUrl }),
    secret: {
      namespace: checked(args, 'namespace', OBJECT, 'a namespace') ?? 'kintsugi',
      name: checked(args, 'secret', OBJECT, 'the name of a Secret') ?? 'kintsugi-github',
    },
    to: {
      print,
      ...(out !== undefined && { out }),
      ...(apply && { apply: { replace: args.has('replace'), ...(context !== undefined && { context }) } }),
    },
    open: !args.has('no-open'),
  }
}

function checked(args: Arguments, flag: string, form: RegExp, what: string): string | undefined {
  const text = args.text(flag)
  if (text !== undefined && !form.test(text)) throw usage(`--${flag} is ${what}.`)
  return text
}

function webhookUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw usage('--webhook-url is an address that begins with https://: what comes there is signed, not encrypted.')
  return url.href
}

/** `github.com`, `github.example.com`, `example.ghe.com`, or a whole address; plain http for this machine alone. */
export function addressesOf(host: string): GithubAddresses {
  const text = host.includes('://') ? host : `https://${host}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  const bare = url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  const local = url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url === undefined || !bare || !(url.protocol === 'https:' || local))
    throw usage('--host is the name of a host, such as github.example.com.')
  return { web: url.origin, api: apiOf(url) }
}

function apiOf({ origin, hostname }: URL): string {
  if (hostname === 'github.com') return 'https://api.github.com'
  return hostname.endsWith('.ghe.com') ? `https://api.${hostname}` : `${origin}/api/v3`
}

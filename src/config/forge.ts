import { type ForgeConfig, type GithubConfig, type ListenConfig, MERGE_METHODS } from '../domain/index.ts'
import {
  boolean,
  checked,
  emptyUnlessWritten,
  list,
  mapped,
  number,
  type Objection,
  object,
  oneOf,
  optional,
  type Reader,
  required,
  string,
  withDefault,
} from '../policy/index.ts'
import { path, url, word } from './words.ts'

/** A template of ours goes into others' texts, so it is short, printable, and has its one place. */
function template(place: '{title}' | '{message}', oneLine: boolean): Reader<string> {
  return mapped(string({ form: `a text with ${place} in it`, longest: 1000 }), (value) => {
    if (value.split(place).length !== 2) return { problem: `expected a text that has ${place} in it once` }
    const hidden = oneLine ? /\p{C}/u : /(?!\n)\p{C}/u
    return hidden.test(value) ? { problem: 'expected a text without control characters' } : { value }
  })
}

const label = string({
  pattern: /^[^\s,"'`<>][^,"'`<>]{0,49}$/,
  form: 'a label without commas and quotes',
  longest: 50,
})

const looks = {
  title: optional(template('{title}', true)),
  message: optional(template('{message}', false)),
  signOff: optional(
    string({ pattern: /^[^<>\p{C}]{1,100} <[^<>\s@]{1,100}@[^<>\s@]{1,150}>$/u, form: 'Name <address>', longest: 320 }),
  ),
  mergeMethod: optional(oneOf(MERGE_METHODS)),
}

const rules = object({
  ...looks,
  labels: withDefault(list(label, { most: 20 }), []),
  draft: withDefault(boolean(), false),
})

const repository = object({
  name: required(string({ pattern: /^[\w.-]{1,100}\/[\w.-]{1,100}$/, form: 'owner/name' })),
  ...looks,
  labels: optional(list(label, { most: 20 })),
  draft: optional(boolean()),
})

const written = object({
  name: required(word),
  kind: required(oneOf(['local', 'github'])),
  url: required(string({ form: 'a URL, or the path of a bare repository', longest: 4096 })),
  branchPrefix: withDefault(
    string({ pattern: /^[a-z0-9][a-z0-9-]{0,30}$/, form: 'a branch prefix of a-z, 0-9 and -', longest: 31 }),
    'kintsugi',
  ),
  rules: emptyUnlessWritten(rules),
  repositories: withDefault(list(repository), []),
  apiUrl: optional(url),
  appId: optional(number({ least: 1, most: Number.MAX_SAFE_INTEGER, whole: true })),
  privateKeyFile: optional(path),
  webhookSecretFile: optional(path),
  webhookPreviousSecretFile: optional(path),
  nativeAutoMerge: optional(boolean()),
  signatures: optional(oneOf(['required', 'absent'])),
})

type Written = Extract<ReturnType<typeof written.read>, { ok: true }>['value']

const GITHUB_KEYS = [
  'apiUrl',
  'appId',
  'privateKeyFile',
  'webhookSecretFile',
  'webhookPreviousSecretFile',
  'nativeAutoMerge',
  'signatures',
] as const

function objections(one: Written): readonly Objection[] {
  const found = (key: string, message: string): Objection => ({ path: [key], message })
  if (one.kind === 'local')
    return GITHUB_KEYS.filter((key) => one[key] !== undefined).map((key) => found(key, `${key} needs kind: github`))
  return [
    ...(isRoot(one.url) ? [] : [found('url', 'expected the root of a GitHub, such as https://github.com')]),
    ...(['appId', 'privateKeyFile'] as const)
      .filter((key) => one[key] === undefined)
      .map(
        (key): Objection => ({ path: [], message: `${key} is missing; kintsugi init github makes an App and says it` }),
      ),
    ...(one.signatures === 'absent' && isGitHubs(one.url)
      ? [
          found(
            'signatures',
            'GitHub itself signs commits of Apps; only an Enterprise Server may have that switched off',
          ),
        ]
      : []),
    ...(one.webhookPreviousSecretFile !== undefined && one.webhookSecretFile === undefined
      ? [found('webhookPreviousSecretFile', 'a previous secret needs webhookSecretFile, the present one')]
      : []),
  ]
}

function isRoot(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, pathname, search, hash, username } = new URL(text)
  return /^https?:$/.test(protocol) && pathname === '/' && search + hash + username === ''
}

/** Whether GitHub runs it, and not its owner. */
function isGitHubs(root: string): boolean {
  const host = URL.canParse(root) ? new URL(root).hostname : ''
  return host === 'github.com' || host.endsWith('.ghe.com')
}

/** Where a GitHub has its REST API: github.com, data residency, an Enterprise Server. */
function apiUrlOf(root: string): string {
  const { origin, hostname } = new URL(root)
  if (hostname === 'github.com') return 'https://api.github.com'
  return hostname.endsWith('.ghe.com') ? `https://api.${hostname}` : `${origin}/api/v3`
}

export const forge: Reader<ForgeConfig> = mapped(checked(written, objections), (one) => {
  const { name, kind, branchPrefix, repositories, rules: house, url: root } = one
  const github = kind === 'github' ? githubOf(one) : undefined
  return { value: { name, kind, url: root, branchPrefix, rules: house, repositories, ...(github && { github }) } }
})

function githubOf(one: Written): GithubConfig | undefined {
  const { appId, privateKeyFile, webhookSecretFile, webhookPreviousSecretFile } = one
  // Both were objected to where they are missing.
  if (appId === undefined || privateKeyFile === undefined) return undefined
  return {
    apiUrl: (one.apiUrl ?? apiUrlOf(one.url)).replace(/\/$/, ''),
    appId,
    privateKeyFile,
    ...(webhookSecretFile !== undefined && { webhookSecretFile }),
    ...(webhookPreviousSecretFile !== undefined && { webhookPreviousSecretFile }),
    nativeAutoMerge: one.nativeAutoMerge ?? false,
    ...(one.signatures === 'absent' && { signatures: 'absent' as const }),
  }
}

/** `0.0.0.0:8080`, `[::]:8080` or `:8080`, which is every address. */
export const listen: Reader<ListenConfig> = mapped(string({ form: 'an address such as 0.0.0.0:8080' }), (value) => {
  const [, host, digits] = /^(\[[0-9a-fA-F:.]{2,45}\]|[\w.-]{0,253}):(\d{1,5})$/.exec(value) ?? []
  const port = Number(digits)
  if (host === undefined || port > 65_535) return { problem: 'expected an address such as 0.0.0.0:8080' }
  return { value: { host: host === '' ? '0.0.0.0' : host.replace(/^\[|\]$/g, ''), port } }
})

export const webhooks = object({
  listen: required(listen),
  path: withDefault(string({ pattern: /^\/[A-Za-z0-9._~/-]{1,200}$/, form: 'a path such as /webhooks' }), '/webhooks'),
})

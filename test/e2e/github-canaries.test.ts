import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLI } from '../fakes/built.ts'
import { prometheusTools } from '../fakes/real-prometheus.ts'
import { size } from '../fakes/size.ts'
import { type Place, place } from './github-place.ts'

/** Twelve kinds of secrets. Those that are in the repository may be in its mirror, and nowhere else. */
const IN_FILES = {
  secretData: 'canaryOfSecretData01',
  environment: 'canaryOfEnvironment2',
  annotation: 'canaryOfAnnotation03',
  configMap: 'canaryOfConfigMap004',
} as const
const GIVEN = {
  webhookSecret: 'canaryOfWebhookSecret05-0123456789abcdef0123456789abcdef',
  userToken: 'ghp_canaryOfUserToken06canaryOfUserTok',
  prometheusToken: 'canaryOfPrometheus07',
  userinfo: 'canaryOfUserinfo0008',
} as const

const FILES = {
  'apps/cart/secret.yaml': `apiVersion: v1
kind: Secret
metadata: {name: cart, namespace: shop}
stringData: {password: ${IN_FILES.secretData}}
data: {key: ${Buffer.from(IN_FILES.secretData).toString('base64')}}
`,
  'apps/cart/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: cart, namespace: shop}
data: {settings: "token=${IN_FILES.configMap}"}
`,
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
  annotations: {team.example/key: ${IN_FILES.annotation}}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata:
      labels: {app: cart}
      annotations: {team.example/key: ${IN_FILES.annotation}}
    spec:
      containers:
        - name: app
          image: registry.example/cart:1.0
          args: ["--password=${IN_FILES.environment}"]
          env: [{name: PASSWORD, value: ${IN_FILES.environment}}]
          resources: {requests: {memory: 64Mi}, limits: {memory: 512Mi}}
`

type Heard = { readonly line: string; readonly body: string; readonly headers: IncomingHttpHeaders }

/** A proxy in front of GitHub that hears everything, and answers some of it with an error that says all of the request again. */
async function echoing(target: string, heard: Heard[], fails: (count: number) => number | undefined): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const body = Buffer.concat(parts)
      heard.push({ line: `${incoming.method} ${incoming.url}`, body: body.toString('utf8'), headers: incoming.headers })
      const status = fails(heard.length)
      if (status !== undefined) {
        const message = JSON.stringify({ you: incoming.headers, said: body.toString('utf8') })
        outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
        return
      }
      const to = new URL(incoming.url ?? '/', target)
      const headers = { ...incoming.headers, host: to.host }
      const onward = request(to, { method: incoming.method ?? 'GET', headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.destroy())
      onward.end(body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}

const tools = prometheusTools('secrets in what is said')

describe.runIf(tools !== undefined)('twelve secrets of a run with everything', () => {
  let made: Place
  let proxy: Server
  const heard: Heard[] = []
  const printed: string[] = []
  let fails: (count: number) => number | undefined = () => undefined
  let pem = ''

  async function run(...more: readonly string[]): Promise<void> {
    const child = start(...more)
    await new Promise((done) => child.once('close', done))
  }

  function start(...more: readonly string[]) {
    const child = spawn(
      process.execPath,
      [CLI, 'run', '--config', 'kintsugi.yaml', '--policies', 'policy.yaml', ...more],
      {
        cwd: made.folder,
        env: {
          PATH: process.env['PATH'],
          HOME: made.folder,
          ...{
            GITHUB_TOKEN: GIVEN.userToken,
            GH_TOKEN: GIVEN.userToken,
            LOG_LEVEL: 'trace',
            DEBUG: '*',
            LOG_FORMAT: 'json',
          },
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
    return child
  }

  beforeAll(async () => {
    if (tools === undefined) return
    made = await place({
      tools,
      files: FILES,
      deployment: DEPLOYMENT,
      mode: 'automerge',
      prometheus: ', tokenFile: prometheus.token',
      forge: ', webhookSecretFile: webhook.secret',
      apiUrl: async ({ url }) => {
        proxy = await echoing(url, heard, (count) => fails(count))
        // A server that listens on a port has an address of this form.
        return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
      },
      more: 'ceiling: {mode: automerge, automergeIsolation: process}\nlisten: "127.0.0.1:0"\nwebhooks: {listen: "127.0.0.1:0"}\ntick: {every: 1h}\n',
    })
    made.cluster.put({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'web', namespace: 'argocd' },
      spec: {
        source: {
          repoURL: `${made.github.url.replace('//', `//robot:${GIVEN.userinfo}@`)}/acme/shop.git`,
          path: 'apps/web',
        },
        destination: { namespace: 'shop' },
      },
      status: { sync: { status: 'Synced', revision: made.github.first } },
    })
    pem = readFileSync(join(made.folder, 'key.pem'), 'utf8')
    writeFileSync(join(made.folder, 'prometheus.token'), GIVEN.prometheusToken)
    writeFileSync(join(made.folder, 'webhook.secret'), GIVEN.webhookSecret)
  }, 60_000)
  afterAll(async () => {
    await made?.close()
    proxy?.closeAllConnections()
    proxy?.close()
  })

  /** All that somebody else could read, by where. */
  async function outputs(): Promise<ReadonlyMap<string, string>> {
    const { github, cluster } = made
    const state = await github.do('state', { repo: 'acme/shop' })
    const messages = Object.entries(state.branches).filter(([name]) => name.startsWith('kintsugi/'))
    return new Map([
      ['stdout and stderr', printed.join('')],
      [
        'bodies of requests',
        heard
          .filter(({ line }) => !line.includes('access_tokens'))
          .map(({ line, body }) => `${line} ${decoded(body)}`)
          .join('\n'),
      ],
      ['addresses of requests', [...heard.map(({ line }) => line), ...cluster.asked].join('\n')],
      ['GitHub', JSON.stringify([state.pulls, state.issues, state.checks, messages])],
    ])
  }

  function secrets(): readonly (readonly [string, string])[] {
    const tokens = heard.map(({ headers }) => headers.authorization ?? '').filter((one) => one !== '')
    const values = tokens.map((one) => one.replace(/^\S+ /, ''))
    expect(values.some((one) => one.startsWith('ghs_')) && values.some((one) => one.startsWith('eyJ'))).toBe(true)
    return [
      ...pem
        .split('\n')
        .filter((line) => line.length > 40)
        .map((line) => ['private key', line] as const),
      ...[...new Set(values)].map((one) => [one.startsWith('eyJ') ? 'JWT' : 'installation token', one] as const),
      ['kube token', 'a-token'],
      ...Object.entries(GIVEN),
      ...Object.entries(IN_FILES),
      ...Object.entries({ ...GIVEN, ...IN_FILES }).map(
        ([name, value]) => [`${name}, base64`, Buffer.from(value).toString('base64').slice(0, -4)] as const,
      ),
    ]
  }

  it('are in no output, and in no text on GitHub', async () => {
    await run('--once', '--dry-run', '--json')
    await run('--once', '--write')
    expect((await made.github.do('state', { repo: 'acme/shop' })).pulls).toHaveLength(1)
    for (const status of [403, 422, 401, 500, 502].slice(0, size(1, 5))) {
      const from = heard.length
      fails = (count) => (count > from + 3 && count % 3 === 0 ? status : undefined)
      await run('--once', '--write', '--json')
      fails = () => status
      await run('--once', '--write')
    }
    fails = () => undefined
    const found: string[] = []
    const said = await outputs()
    for (const [name, secret] of secrets())
      for (const [where, text] of said)
        if (text.includes(secret)) found.push(`${name} in ${where}: ${around(text, secret)}`)
    expect(found).toEqual([])
    expect(said.get('stdout and stderr')).toMatch(/KIN-4\d\d\d/)
  }, 120_000)

  it('are in no answer of a service: health, metrics and webhooks', async () => {
    const child = start('--dry-run')
    const from = printed.length
    try {
      await expect
        .poll(
          () =>
            printed
              .slice(from)
              .join('')
              .match(/http:\/\/127\.0\.0\.1:\d+/g)?.length ?? 0,
          { timeout: 20_000 },
        )
        .toBeGreaterThan(1)
      const urls =
        printed
          .slice(from)
          .join('')
          .match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []
      const said: string[] = []
      for (const url of new Set(urls)) {
        for (const path of ['/metrics', '/healthz', '/readyz', '/webhooks', '/']) {
          const body = JSON.stringify({ echo: GIVEN.webhookSecret.length })
          const signature = `sha256=${createHmac('sha256', 'wrong').update(body).digest('hex')}`
          const get = await fetch(`${url}${path}`).catch(() => undefined)
          const post = await fetch(`${url}${path}`, {
            method: 'POST',
            body,
            headers: {
              'x-hub-signature-256': signature,
              'x-github-event': 'push',
              'x-github-delivery': '1',
              'content-type': 'application/json',
            },
          }).catch(() => undefined)
          said.push(`${await get?.text()} ${await post?.text()}`)
        }
      }
      const all = `${said.join('\n')}${printed.slice(from).join('')}`
      expect(all).toContain('kintsugi_ticks_total')
      expect(secrets().filter(([, secret]) => all.includes(secret))).toEqual([])
    } finally {
      child.kill('SIGKILL')
    }
  }, 60_000)

  it('leave only what the repository itself holds on the disk, where nobody else reads it', () => {
    const root = join(made.folder, '.cache')
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name))
    const held = secrets().filter(([name]) => !Object.keys(IN_FILES).some((one) => name.startsWith(one)))
    const found = files
      .filter((file) => statSync(file).isFile())
      .flatMap((file) => {
        const text = readFileSync(file, 'latin1')
        return held.filter(([, secret]) => text.includes(secret)).map(([name]) => `${name} in ${file}`)
      })
    expect(files.length).toBeGreaterThan(3)
    expect(found).toEqual([])
    expect(statSync(root).mode & 0o077).toBe(0)
  })
})

/** Contents of commits travel in base64. */
function decoded(body: string): string {
  const contents = [...body.matchAll(/"contents":"([A-Za-z0-9+/=]+)"/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString('utf8'),
  )
  return contents.length === 0 ? body : body.replaceAll(/"contents":"[^"]*"/g, '')
}

function around(text: string, secret: string): string {
  const at = text.indexOf(secret)
  return text.slice(Math.max(0, at - 120), at + secret.length + 40)
}

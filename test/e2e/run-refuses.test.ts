import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, prometheusServer, type Reaction } from '../fakes/prometheus-server.ts'
import { type BareRepository, bareRepository, refsOf } from './bare-repository.ts'
import { kintsugi, kintsugiHere, type Ran } from './command.ts'
import { applicationYaml, policyYaml } from './manifests.ts'

let place: BareRepository
let refs: string

beforeAll(() => {
  place = bareRepository(false)
  refs = refsOf(place)
  mkdirSync(join(place.folder, 'policies'))
  writeFileSync(join(place.folder, 'policies/memory.yaml'), policyYaml('podinfo'))
  writeFileSync(join(place.folder, 'bad.yaml'), policyYaml('podinfo').replace('anomalyType', 'anomalyTyp'))
  const application = applicationYaml({ name: 'podinfo', path: 'kustomize', namespace: 'podinfo' })
  writeFileSync(join(place.folder, 'podinfo.yaml'), application)
})

afterAll(() => rmSync(place.folder, { recursive: true, force: true }))

const worldAt = (url: string) => ['--prometheus', url, '--repo', 'podinfo.git', '--application', 'podinfo.yaml']

function run(verb: readonly string[], url: string): Promise<Ran> {
  return kintsugi(place.folder, ...verb, ...worldAt(url))
}

/** Without a process of its own. */
function here(verb: readonly string[], url: string): Promise<Ran> {
  return kintsugiHere(place.folder, ...verb, ...worldAt(url))
}

const WRITE = ['run', '--once', '--write', '--policies', 'policies']
const NOWHERE = 'http://127.0.0.1:1'

const time = (): unknown => ({
  status: 'success',
  data: { resultType: 'scalar', result: [0, String(Date.now() / 1000)] },
})

const BROKEN: readonly { readonly about: string; readonly says: RegExp; readonly react: Reaction }[] = [
  {
    about: 'answers with a web page',
    says: /KIN-3004/,
    react: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
  },
  {
    about: 'sends to a login page',
    says: /KIN-3004 .*redirects are not followed/,
    react: (_, response) => response.writeHead(302, { location: 'https://login.example.com/' }).end(),
  },
  { about: 'answers 503', says: /KIN-3002 HTTP 503/, react: (_, response) => response.writeHead(503).end() },
  { about: 'asks for a token', says: /KIN-3003 HTTP 401/, react: (_, response) => response.writeHead(401).end() },
  { about: 'never answers', says: /KIN-3002 no complete answer within/, react: () => undefined },
  {
    about: 'tells its time and refuses every query',
    says: /unknown: oom-killed of every workload: query-failed \(KIN-3002 HTTP 503/,
    react: ({ form }, response) =>
      form.get('query') === 'time()' ? json(response, time()) : response.writeHead(503).end(),
  },
]

describe('kintsugi run --once --write, while Prometheus is down', () => {
  it.concurrent.each(BROKEN)(
    'ends with 6 and writes nothing when it $about',
    async ({ says, react }) => {
      const server = await prometheusServer(react)
      const { code, err } = await here(WRITE, server.url)
      await server.close()
      expect(err).toMatch(says)
      expect(code).toBe(6)
      expect(refsOf(place)).toBe(refs)
    },
    60_000,
  )

  it('says it as data too', async () => {
    const { code, out, err } = await run([...WRITE, '--json'], NOWHERE)
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, error: { code: 'KIN-3001' } })
    expect(err).toMatch(/KIN-3001 .*asked of Prometheus at http/)
    expect(code).toBe(6)
  })
})

describe('kintsugi run and plan refuse', () => {
  it.each([['run', '--once', '--write'], ['plan']])(
    'an unknown key of a policy, at its line and column: %s',
    async (...verb) => {
      const { code, out, err } = await here([...verb, '--policies', 'bad.yaml'], NOWHERE)
      expect(err).toMatch(/bad\.yaml:7:3: KIN-2002 .*did you mean anomalyType\?/)
      expect({ code, out }).toEqual({ code: 5, out: '' })
      expect(refsOf(place)).toBe(refs)
    },
  )

  it.each([
    ['--write beside --dry-run', ['run', '--once', '--write', '--dry-run'], /exclude each other/],
    ['--write in the past', ['run', '--once', '--write', '--at', '2026-01-05T08:00:00Z'], /--at looks at the past/],
    ['to watch the past', ['run', '--at', '2026-01-05T08:00:00Z'], /--at needs --once/],
    ['a moment that is none', ['plan', '--at', 'yesterday'], /--at yesterday is not a moment/],
  ] as const)('%s', async (_, verb, says) => {
    const { code, err } = await here(verb, NOWHERE)
    expect(err).toMatch(says)
    expect(code).toBe(2)
  })

  it('to go without a Prometheus', async () => {
    const { code, err } = await kintsugiHere(place.folder, 'plan', '--repo', 'podinfo.git')
    expect(err).toContain('KIN-1001 --prometheus is missing.')
    expect(code).toBe(2)
  })

  it.each([
    ['a checkout that somebody works in', 'podinfo'],
    ['a folder that is not there', 'nothing.git'],
  ])('%s', async (_, repo) => {
    const { code, err } = await kintsugiHere(place.folder, 'plan', '--prometheus', NOWHERE, '--repo', repo)
    expect(err).toMatch(/KIN-4002 .*is not a bare Git repository/)
    expect(err).toContain('git clone --bare')
    expect(code).toBe(1)
  })

  it('a file without an Application', async () => {
    const { code, err } = await kintsugiHere(
      place.folder,
      ...['plan', '--prometheus', NOWHERE, '--repo', 'podinfo.git', '--application', 'policies/memory.yaml'],
    )
    expect(err).toContain('KIN-1003 policies/memory.yaml holds no Argo CD Application')
    expect(code).toBe(1)
  })
})

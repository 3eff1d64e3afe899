import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, prometheusServer, type Reaction } from '../fakes/prometheus-server.ts'
import { type BareRepository, bareRepository, git } from './bare-repository.ts'
import { kintsugi } from './command.ts'
import { applicationYaml, policyYaml } from './manifests.ts'

/** Signs that are written otherwise in JSON, in an address and in base64. */
const TOKEN = 'canary"of\\Prometheus/09+token=='
const ORIGIN = 'canaryOfTheOrigin10'
const HOSTILE = '\u001b[31m\u202e\u0007@everyone\u2028KIN-0000 forged'

let place: BareRepository

beforeAll(() => {
  place = bareRepository(false)
  mkdirSync(join(place.folder, 'policies'))
  writeFileSync(join(place.folder, 'policies/memory.yaml'), policyYaml('podinfo'))
  writeFileSync(join(place.folder, 'token'), TOKEN)
  const application = { name: 'podinfo', path: 'kustomize', namespace: 'podinfo' }
  writeFileSync(join(place.folder, 'podinfo.yaml'), applicationYaml(application))
  const other = { ...application, name: 'other', repoURL: `https://robot:${ORIGIN}@git.example/a/b.git` }
  writeFileSync(join(place.folder, 'other.yaml'), applicationYaml(other))
  git(place.gitDir, 'config', 'remote.origin.url', `https://robot:${ORIGIN}@git.example/c/d.git`)
})

afterAll(() => rmSync(place.folder, { recursive: true, force: true }))

function run(url: string, ...more: readonly string[]) {
  const world = ['--prometheus', url, '--token-file', 'token', '--repo', 'podinfo.git', '--policies', 'policies']
  return kintsugi(place.folder, 'run', '--once', ...world, ...more)
}

/** A token as somebody may say it again, alone and within other text. */
function formsOf(token: string): readonly string[] {
  const within = ['', 'a', 'ab'].map((before) => Buffer.from(`${before}${token}x`).toString('base64'))
  return [token, JSON.stringify(token).slice(1, -1), encodeURIComponent(token), ...within]
}

/** What no output may hold: any eight signs in a row of any form are enough to be found out. */
function leaked(text: string, secret: string): readonly string[] {
  const cores = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
  const coded = [0, 1, 2].map((before) =>
    Buffer.from(`${'a'.repeat(before)}${secret}`)
      .toString('base64')
      .slice(4, -4),
  )
  return [...cores, ...coded].filter((form) => text.includes(form))
}

const time = { status: 'success', data: { resultType: 'scalar', result: [0, String(Date.now() / 1000)] } }

const ECHOES: readonly (readonly [string, Reaction])[] = [
  ['answers 401', (asked, response) => json(response, { error: `no: ${asked.headers.authorization} ${HOSTILE}` }, 401)],
  [
    'answers 403 in every form',
    (_, response) => json(response, { error: `${HOSTILE} ${formsOf(TOKEN).join(' ')}` }, 403),
  ],
  [
    'answers 500 with a page of it',
    (asked, response) => response.writeHead(500).end(`{"error":"${asked.headers.authorization}"}`),
  ],
  [
    'refuses every query',
    (asked, response) =>
      asked.form.get('query') === 'time()'
        ? json(response, time)
        : json(response, { error: `${formsOf(TOKEN).join(' ')} ${HOSTILE}` }, 422),
  ],
  [
    'warns of it',
    (asked, response) =>
      asked.form.get('query') === 'time()'
        ? json(response, time)
        : json(response, {
            status: 'success',
            data: { resultType: 'matrix', result: [] },
            warnings: [`${asked.headers.authorization} ${HOSTILE}`, ...formsOf(TOKEN)],
          }),
  ],
  ['is no HTTP', (asked, response) => response.socket?.end(`HTTP/1.1 200 ${asked.headers.authorization}\r\n\u0000`)],
]

/** Own colours are off, so that nothing below a blank but the ends of lines has a place in what is printed. */
const ACTS = /(?!\n)[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u

describe('the token of Prometheus, where it', () => {
  it.concurrent.each(ECHOES)(
    '%s with it, is in no output',
    async (_, react) => {
      const server = await prometheusServer(react)
      try {
        for (const more of [
          ['--application', 'podinfo.yaml', '--dry-run'],
          ['--application', 'podinfo.yaml', '--write', '--json'],
        ]) {
          const { out, err } = await run(server.url, ...more)
          expect(leaked(`${out}${err}`, TOKEN)).toEqual([])
          expect(`${out}${err}`).not.toMatch(ACTS)
          expect(err).not.toMatch(/^KIN-0000/m)
          expect(`${out}${err}`).not.toBe('')
        }
        expect(server.asked[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`)
      } finally {
        await server.close()
      }
    },
    60_000,
  )
})

describe('the credentials of an address of Git', () => {
  it('are in no output, whichever repositories are named', async () => {
    const ran = await run('http://127.0.0.1:1', '--application', 'podinfo.yaml', '--application', 'other.yaml')
    expect(ran.err).toContain('KIN-')
    expect(leaked(`${ran.out}${ran.err}`, ORIGIN)).toEqual([])
  })

  it('are in none where git itself fails', async () => {
    const broken = join(place.folder, 'broken.git')
    git(place.folder, 'clone', '--quiet', '--bare', 'podinfo.git', 'broken.git')
    git(broken, 'config', 'remote.origin.url', `https://robot:${ORIGIN}@git.example/c/d.git`)
    for (const name of readdirSync(join(broken, 'objects')))
      rmSync(join(broken, 'objects', name), { recursive: true, force: true })
    const world = ['--prometheus', 'http://127.0.0.1:1', '--repo', 'broken.git', '--policies', 'policies']
    const { out, err } = await kintsugi(place.folder, 'run', '--once', ...world)
    expect(err).toMatch(/KIN-400\d/)
    expect(leaked(`${out}${err}`, ORIGIN)).toEqual([])
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { clusterReach } from '../../../src/adapters/kubernetes/reach.ts'

const CANARY = 'canaryOfTheKubeconfig11'
const folder = mkdtempSync(join(tmpdir(), 'kintsugi-kubeconfig-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function askWith(text: string, context?: string): Promise<unknown> {
  const kubeconfig = join(folder, 'config')
  writeFileSync(kubeconfig, text)
  return clusterReach({ kubeconfig, ...(context !== undefined && { context }) })
    .get('/version')
    .then(
      () => undefined,
      (error: unknown) => error,
    )
}

function told(error: unknown): string {
  const causes: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) causes.push(at.message)
  return causes.join('\n')
}

const cluster = (user: string, server = 'https://127.0.0.1:1'): string => `apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: "${server}"}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
users:
- name: a
  user:
${user}
`

it.each([
  ['a line that is no YAML', cluster(`    token: ${CANARY}\n   oops`), 'is not YAML at 10:4'],
  ['a token that begins as an alias does', cluster(`    token: *${CANARY}`), 'is not YAML at'],
  ['a token that begins as a tag does', cluster(`    token: !${CANARY} a`), 'is not YAML at'],
  ['an address without TLS', cluster(`    token: ${CANARY}`, `http://robot:${CANARY}@127.0.0.1:1`), 'is not https'],
  [
    'a command for credentials that fails and tells',
    cluster(
      `    exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "echo ${CANARY} >&2; exit 1"]}`,
    ),
    'credentials',
  ],
  [
    'a command for credentials that prints something else',
    cluster(`    exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: [${CANARY}]}`),
    'credentials',
  ],
])('a kubeconfig with %s is refused without a word of it', async (_, text, says) => {
  const said = told(await askWith(text))
  expect(said).toContain(says)
  expect(said).not.toContain(CANARY)
  expect(said).not.toContain(CANARY.slice(0, 8))
})

it('a context that is not there is named', async () => {
  expect(told(await askWith(cluster('    token: a'), 'other'))).toContain('it has no context other')
})

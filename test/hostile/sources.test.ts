import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolders } from '../adapters/local/repository.ts'
import { kintsugi } from '../cli/console.ts'
import { ShopFolder } from '../fakes/shop-folder.ts'
import { size } from '../fakes/size.ts'

const OVERLAY = 'apps/cart/overlays/prod'
const PATCH = `${OVERLAY}/resources.yaml`
const KUSTOMIZATION = `${OVERLAY}/kustomization.yaml`
const LINK = '120000'
const MODULE = '160000'

let prototype: ShopFolder
let patch: string

afterAll(removeFolders)

beforeAll(async () => {
  prototype = await ShopFolder.make(['cart'], size(2, 14))
  await prototype.pass(10)
  patch = prototype.repository.git(['cat-file', 'blob', `main:${PATCH}`])
}, 60_000)

type Change = {
  readonly files: Readonly<Record<string, string | undefined>>
  readonly modes?: Readonly<Record<string, string>>
}
type Lane = {
  readonly lane: string
  readonly done: { readonly done: string; readonly reason?: string; readonly message?: string }
}
type Seen = {
  readonly code: number
  readonly lanes: readonly Lane[]
  readonly problems: readonly string[]
  readonly written: readonly string[]
  readonly err: string
}

/** What a writing controller does about `cart`, which is being OOM-killed, once main is so. Notes are what people read of a refusal; nothing else may be written. */
async function runWith(change: Change): Promise<Seen> {
  const world = prototype.copy()
  world.repository.push('main', change.files, change.modes)
  const before = world.repository.state().split('\n')
  const { code, out, err } = await kintsugi(['run', '--once', '--write', '--json', '--simulation', world.dir])
  const { lanes = [], problems = [] } = JSON.parse(out === '' ? '{}' : out)
  const written = world.repository
    .state()
    .split('\n')
    .filter((ref) => !before.includes(ref) && !ref.startsWith('refs/kintsugi/notes/'))
  return { code, err, lanes, problems, written }
}

function deep(levels: number): string {
  return `${patch}\nextra: ${'['.repeat(levels)}${']'.repeat(levels)}\n`
}

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 12; level += 1)
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`)
  return `${patch}\n${lines.join('\n')}\n`
}

const kustomization = (lines: string): string =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop\n${lines}`
/** As envsubst reads it. */
const PLACEHOLDER = ['$', '{CART_MEMORY}'].join('')
const OID = '1234567890123456789012345678901234567890'

const CASES: readonly (readonly [about: string, reason: string, change: () => Change])[] = [
  ['YAML that is nested too deep', 'input-too-large', () => ({ files: { [PATCH]: deep(5000) } })],
  [
    'a file of more than 1 MB',
    'input-too-large',
    () => ({ files: { [PATCH]: `${patch}\n# ${'x'.repeat(1_100_000)}\n` } }),
  ],
  [
    'a file of too many nodes',
    'input-too-large',
    () => ({ files: { [PATCH]: `${patch}\nextra: [${'1,'.repeat(60_000)}1]\n` } }),
  ],
  ['aliases that multiply', 'input-too-large', () => ({ files: { [PATCH]: bomb() } })],
  ['a key that stands there twice', 'broken-base', () => ({ files: { [PATCH]: `${patch}\nspec: {}\n` } })],
  ['text that is no YAML', 'broken-base', () => ({ files: { [PATCH]: 'spec: [unclosed\n' } })],
  ['bytes that are no text', 'broken-base', () => ({ files: { [PATCH]: '\u0000\u0001\u0002' } })],
  [
    'a patch that is a link out of the repository',
    'unsafe-path',
    () => ({ files: { [PATCH]: '/etc/passwd' }, modes: { [PATCH]: LINK } }),
  ],
  [
    'a base that is a link',
    'unsafe-path',
    () => ({
      files: { [`${OVERLAY}/base`]: '../../base', [KUSTOMIZATION]: kustomization('resources: [base]\n') },
      modes: { [`${OVERLAY}/base`]: LINK },
    }),
  ],
  [
    'a base that is a submodule',
    'unsafe-path',
    () => ({
      files: { [`${OVERLAY}/vendor`]: OID, [KUSTOMIZATION]: kustomization('resources: [vendor]\n') },
      modes: { [`${OVERLAY}/vendor`]: MODULE },
    }),
  ],
  [
    'a base above the root of the repository',
    'unsafe-path',
    () => ({ files: { [KUSTOMIZATION]: kustomization('resources: [../../../../..]\n') } }),
  ],
  [
    'a patch above the root of the repository',
    'unsafe-path',
    () => ({
      files: {
        [KUSTOMIZATION]: kustomization('resources: [../../base]\npatches: [{path: ../../../../../../etc/passwd}]\n'),
      },
    }),
  ],
  [
    'a base on another server',
    'remote-base',
    () => ({ files: { [KUSTOMIZATION]: kustomization('resources: ["https://evil.example/base?ref=main"]\n') } }),
  ],
  [
    'a kustomization that names a file that is not there',
    'broken-base',
    () => ({ files: { [KUSTOMIZATION]: kustomization('resources: [../../base, absent.yaml]\n') } }),
  ],
  [
    'a kustomization that is its own base',
    'broken-base',
    () => ({ files: { [KUSTOMIZATION]: kustomization('resources: [../../base, ../prod]\n') } }),
  ],
  [
    'a kustomization that runs a program',
    'unsupported-kustomize',
    () => ({
      files: {
        [KUSTOMIZATION]: kustomization('resources: [../../base]\ntransformers: [run.yaml]\n'),
        [`${OVERLAY}/run.yaml`]:
          'apiVersion: x/v1\nkind: Run\nmetadata: {name: x, annotations: {config.kubernetes.io/function: "exec: {path: ./evil.sh}"}}\n',
      },
    }),
  ],
  ['an overlay that is gone', 'path-missing', () => ({ files: { [KUSTOMIZATION]: undefined, [PATCH]: undefined } })],
  [
    'a value that something else replaces after Git',
    'templated',
    () => ({ files: { [PATCH]: patch.replace('memory: 32Mi', `memory: ${PLACEHOLDER}`) } }),
  ],
  [
    'a file that is a template',
    'broken-base',
    () => ({ files: { [PATCH]: patch.replace('memory: 32Mi', 'memory: {{ .Values.memory }}') } }),
  ],
  [
    'a file that SOPS has encrypted',
    'encrypted',
    () => ({ files: { [PATCH]: `${patch}\nsops: {version: 3.9.0, mac: "ENC[AES256_GCM,data:xx,type:str]"}\n` } }),
  ],
]

describe('a writing controller, on a main branch with', () => {
  it.each(CASES)(
    '%s: refuses as %s and writes nothing',
    async (_, reason, change) => {
      const seen = await runWith(change())
      expect(
        seen.lanes.map(({ lane, done }) => `${lane} ${done.reason}`),
        seen.err,
      ).toEqual([`demo/shop/Deployment/cart ${reason}`])
      expect([seen.code, seen.written]).toEqual([0, []])
    },
    30_000,
  )

  it('nothing wrong: opens a pull request, so that these cases could fail', async () => {
    const { lanes, written } = await runWith({ files: { 'README.md': 'hello\n' } })
    expect(lanes.map(({ done }) => done.done)).toEqual(['opened'])
    expect(written.length).toBeGreaterThan(1)
  }, 30_000)
})

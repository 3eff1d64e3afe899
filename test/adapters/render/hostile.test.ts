import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diskTree } from '../../../src/adapters/files/index.ts'
import { helmRenderer } from '../../../src/adapters/render/index.ts'
import { type HelmRenderInput, type Tree, valueAt } from '../../../src/domain/index.ts'
import { memoryTree } from '../../../src/source/index.ts'
import { archive, CHART_YAML, chart, helms, input, leftovers, SETTINGS, scriptedHelm, showing } from './given.ts'

// Folders of this file alone, so that the last test sees no others.
const OWN = mkdtempSync(join(tmpdir(), 'kintsugi-hostile-'))
process.env['TMPDIR'] = OWN
afterAll(() => rmSync(OWN, { recursive: true, force: true }))

const CANARY = 'canary-5f1c'

/** A helm that leaves a mark when it is started at all. */
function marking(): { path: string; started: () => boolean } {
  const mark = join(mkdtempSync(join(tmpdir(), 'kintsugi-mark-')), 'started')
  return { path: scriptedHelm(`: > ${mark}`), started: () => existsSync(mark) }
}

const plain = { 'chart/templates/a.yaml': showing('a') }
const schema = (value: object) => ({ 'chart/values.schema.json': JSON.stringify(value) })
const bytes = new TextEncoder().encode('x: 1\n')

/** A tree that does not keep its promises. */
function lying(path: string): Tree {
  const honest = chart(plain)
  return {
    ...honest,
    oid: 'x',
    paths: () => [...honest.paths(), path],
    bytes: (at) => (at === path ? bytes : honest.bytes(at)),
    blob: (at) => honest.blob(at),
    special: () => undefined,
  }
}

const dependent = (name: string) =>
  `${CHART_YAML}dependencies:\n  - name: ${name}\n    version: 1.0.0\n    repository: https://charts.example.com\n`
const values = (tree: Tree, path: string) => ({ valueFiles: [{ tree, path }] })

const REFUSED: readonly [string, Tree, Partial<HelmRenderInput>, string][] = [
  ['a link in the templates', chart(plain, { 'chart/templates/secret.yaml': 'symlink' }), {}, 'unsafe-path'],
  ['a link in the place of values.yaml', chart(plain, { 'chart/values.yaml': 'symlink' }), {}, 'unsafe-path'],
  ['a submodule in the place of charts/', chart(plain, { 'chart/charts': 'submodule' }), {}, 'unsafe-path'],
  [
    'a link above the chart',
    memoryTree({ 'a/chart/Chart.yaml': CHART_YAML }, { b: 'symlink' }),
    { chartPath: 'b/chart' },
    'unsafe-path',
  ],
  ['a chart path that leaves the tree', chart(plain), { chartPath: '../chart' }, 'unsafe-path'],
  ['an absolute chart path', chart(plain), { chartPath: '/etc' }, 'unsafe-path'],
  ['a file that would be written outside', lying('chart/../../../outside.yaml'), {}, 'unsafe-path'],
  ['a value file from the net', chart(plain), values(chart(plain), 'https://example.com/v.yaml'), 'unsafe-path'],
  ['a value file from an object store', chart(plain), values(chart(plain), 's3://bucket/v.yaml'), 'unsafe-path'],
  ['a value file outside the tree', chart(plain), values(chart(plain), '../../etc/passwd'), 'unsafe-path'],
  ['an absolute value file', chart(plain), values(chart(plain), '/etc/passwd'), 'unsafe-path'],
  [
    'a value file that is a link',
    chart(plain),
    values(memoryTree({ a: '' }, { 'v.yaml': 'symlink' }), 'v.yaml'),
    'unsafe-path',
  ],
  ['a value file that is not there', chart(plain), values(chart(plain), 'v.yaml'), 'value-file-missing'],
  [
    'a dependency that is not vendored',
    chart({ ...plain, 'chart/Chart.yaml': dependent('redis') }),
    {},
    'source-missing',
  ],
  [
    'a dependency of an old chart that is not vendored',
    chart({ ...plain, 'chart/requirements.yaml': 'dependencies: [{name: redis}]\n' }),
    {},
    'unsupported-source',
  ],
  [
    'a schema that is fetched',
    chart({ ...plain, ...schema({ $ref: 'https://example.com/s.json' }) }),
    {},
    'unsupported-source',
  ],
  [
    'a schema that is read from the host',
    chart({ ...plain, ...schema({ properties: { a: [{ $ref: 'file:///etc/passwd' }] } }) }),
    {},
    'unsupported-source',
  ],
  [
    'a schema with a relative reference',
    chart({ ...plain, ...schema({ $id: 'https://example.com/', $ref: 's.json' }) }),
    {},
    'unsupported-source',
  ],
  [
    'a schema of a meta-schema that is fetched',
    chart({ ...plain, ...schema({ $schema: 'https://example.com/meta' }) }),
    {},
    'unsupported-source',
  ],
  [
    'such a schema in a vendored chart',
    chart({ ...plain, 'chart/charts/sub/values.schema.json': '{"$ref": "http://example.com"}' }),
    {},
    'unsupported-source',
  ],
  [
    'such a schema in a vendored archive',
    chart({
      ...plain,
      'chart/charts/sub-1.tgz': archive({ 'sub/values.schema.json': '{"$ref": "http://example.com"}' }),
    }),
    {},
    'unsupported-source',
  ],
  ...['sub\\values.schema.json', 'sub/values.schema.json/.', 'values.schema.json', 'sub//values.schema.json'].map(
    (name): (typeof REFUSED)[number] => [
      `such a schema in a vendored archive by the name ${name}`,
      chart({ ...plain, 'chart/charts/sub-1.tgz': archive({ [name]: '{"$ref": "http://example.com"}' }) }),
      {},
      'unsupported-source',
    ],
  ),
  [
    'an archive in which a link has content, which hides the file after it from some readers',
    chart({ ...plain, 'chart/charts/sub-1.tgz': archive({ 'sub/link': 'values.schema.json' }, '2') }),
    {},
    'unsupported-source',
  ],
  [
    'such a schema in an archive in an archive',
    chart({
      ...plain,
      'chart/charts/a-1.tgz': archive({
        'a/charts/b-1.tgz': archive({ 'b/values.schema.json': '{"$ref": "http://example.com"}' }),
      }),
    }),
    {},
    'unsupported-source',
  ],
  [
    'an archive that renames its files',
    chart({ ...plain, 'chart/charts/sub-1.tgz': archive({ 'sub/values.schema.json': '{}' }, 'x') }),
    {},
    'unsupported-source',
  ],
  [
    'an archive that unpacks to too much',
    chart({ ...plain, 'chart/charts/sub-1.tgz': archive({ 'sub/zero': Buffer.alloc(70 * 2 ** 20) }) }),
    {},
    'render-limit',
  ],
  ['an archive that is none', chart({ ...plain, 'chart/charts/sub-1.tgz': 'text' }), {}, 'unsupported-source'],
  ['a schema that is not JSON', chart({ ...plain, 'chart/values.schema.json': '{' }), {}, 'render-failed'],
  ['no Chart.yaml', memoryTree({ 'chart/values.yaml': '' }), {}, 'render-failed'],
  ['a Chart.yaml that would end the process', chart({ 'chart/Chart.yaml': '['.repeat(100_000) }), {}, 'render-limit'],
  [
    'more files than a chart has',
    chart(Object.fromEntries(Array.from({ length: 5001 }, (_, at) => [`chart/files/${at}`, '']))),
    {},
    'render-limit',
  ],
  ['a release name that is a template', chart(plain), { releaseName: '{{ env "HOME" }}' }, 'render-failed'],
  ['a release name that is a flag', chart(plain), { releaseName: '--post-renderer=/bin/sh' }, 'render-failed'],
  ['a namespace that is a flag', chart(plain), { namespace: '--kubeconfig=/x' }, 'render-failed'],
  [
    'a version that is a flag',
    chart(plain),
    { helm: { ...SETTINGS, kubeVersion: '1.29 --enable-dns' } },
    'render-failed',
  ],
  [
    'a parameter longer than a command line',
    chart(plain),
    { helm: { ...SETTINGS, parameters: [{ name: 'x', value: 'a'.repeat(200_000), forceString: false }] } },
    'render-limit',
  ],
]

describe('helmRenderer refuses before it starts a child', () => {
  it.each(REFUSED)('%s', async (_, tree, change, reason) => {
    const helm = marking()
    expect(await helmRenderer({ path: helm.path }).render(input(tree, change))).toMatchObject({
      rendered: false,
      reason,
    })
    expect(helm.started()).toBe(false)
  })

  it('a link that only a listing shows', async () => {
    const helm = marking()
    const link = 'chart/files/deep/link'
    const tree: Tree = {
      ...lying('chart/x'),
      special: (path) => (path === link ? 'symlink' : undefined),
      specials: () => [link],
    }
    expect(await helmRenderer({ path: helm.path }).render(input(tree))).toMatchObject({ reason: 'unsafe-path' })
    expect(helm.started()).toBe(false)
  })

  it('starts helm for a chart that has none of this', async () => {
    const helm = marking()
    expect(await helmRenderer({ path: helm.path }).render(input(chart(plain)))).toMatchObject({ rendered: true })
    expect(helm.started()).toBe(true)
  })
})

describe('the child of helmRenderer', () => {
  const run = (script: string, limits = {}) =>
    helmRenderer({ path: scriptedHelm(script), limits }).render(input(chart(plain)))

  it('gets no variable of ours, no program on its PATH and no input', async () => {
    process.env['KINTSUGI_TEST_SECRET'] = CANARY
    try {
      // `export -p` writes every variable that the child has; the block makes it the text of one object.
      const script = `printf 'apiVersion: v1\\nkind: A\\nmetadata:\\n  name: a\\ntext: |\\n'; export -p | while read -r line; do printf '  %s\\n' "$line"; done; command -v ls | while read -r line; do printf '  found %s\\n' "$line"; done; while read -r line; do printf '  input\\n'; done`
      const outcome = await run(script)
      const text = JSON.stringify(outcome)
      expect(outcome.rendered).toBe(true)
      expect(text).not.toMatch(/canary|KINTSUGI|NODE|npm_|found|input/)
      const names = [...text.matchAll(/export (\w+)=/g)].map(([, name]) => name)
      expect(
        names.filter(
          (name) =>
            !/^(HOME|PATH|PWD|TMPDIR|KUBECONFIG|LC_ALL|GO(?:MAXPROCS|GC|MEMLIMIT)|XDG_\w+|HELM_\w+)$/.test(name ?? ''),
        ),
      ).toEqual([])
    } finally {
      delete process.env['KINTSUGI_TEST_SECRET']
    }
  })

  it('is stopped when it takes too long, with all that it started', async () => {
    const pidFile = join(mkdtempSync(join(tmpdir(), 'kintsugi-pid-')), 'pid')
    const outcome = await run(`/bin/sleep 300 & echo $! > ${pidFile}; wait`, { wallMs: 500 })
    expect(outcome).toEqual({
      rendered: false,
      reason: 'render-limit',
      message: 'helm was stopped: it took longer than 0.5 s',
    })
    const pid = Number(readFileSync(pidFile, 'utf8'))
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('is stopped when it prints too much', async () => {
    const outcome = await run('while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done', {
      outputBytes: 1_048_576,
    })
    expect(outcome).toMatchObject({ reason: 'render-limit', message: 'helm was stopped: it printed more than 1 MB' })
  })

  it('is not read beyond a little of what it complains', async () => {
    const outcome = await run(
      'i=0; while [ $i -lt 20000 ]; do echo "Error: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" >&2; i=$((i+1)); done; exit 1',
    )
    expect(outcome).toMatchObject({ reason: 'render-failed' })
    expect(JSON.stringify(outcome).length).toBeLessThan(400)
  })

  const bounded = helmRenderer().bounds === 'prlimit'
  if (!bounded) console.log('skipped: limits of CPU, memory and files, since prlimit is not on this machine')

  it.skipIf(!bounded)('is stopped when it takes too much CPU', async () => {
    const outcome = await run('while :; do :; done', { cpuSeconds: 1 })
    expect(outcome).toMatchObject({ reason: 'render-limit', message: 'helm was stopped: it took more than 1 s of CPU' })
  })

  it.skipIf(!bounded)('cannot write a large file', async () => {
    const outcome = await run('while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done > big', {
      fileBytes: 65_536,
    })
    expect(outcome).toMatchObject({ rendered: false })
  })

  it('says what it printed that cannot be an object, nested too deep, or not YAML', async () => {
    expect(await run('echo "- a"')).toMatchObject({
      reason: 'render-failed',
      message: 'helm printed something that is not a Kubernetes object',
    })
    expect(await run(`printf 'a: ${'['.repeat(1000)}'`)).toMatchObject({ reason: 'render-limit' })
    expect(await run('echo "a: [1"')).toMatchObject({ reason: 'render-failed' })
  })

  it('throws when the program cannot be started at all', async () => {
    const broken = scriptedHelm('')
    writeFileSync(broken, '#!/nowhere/interpreter\n')
    const outcome = helmRenderer({ path: broken }).render(input(chart(plain)))
    if (bounded) await expect(outcome).resolves.toMatchObject({ rendered: false, reason: 'render-failed' })
    else await expect(outcome).rejects.toMatchObject({ code: 'KIN-5001' })
  })
})

/** A killed process whose parent does not ask stays in the table as a zombie. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`
  try {
    process.kill(pid, 0)
    return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'))
  } catch {
    return false
  }
}

describe.each(helms)('a hostile chart under %s', (_, path) => {
  const renderer = helmRenderer({ path })
  let server: Server
  let hits = 0
  let address = ''

  beforeAll(async () => {
    server = createServer((_request, response) => {
      hits += 1
      response.end('x: fetched\n')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((done) => server.close(done)))

  it('does not see a file that a link of a checkout names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kintsugi-checkout-'))
    const secret = join(mkdtempSync(join(tmpdir(), 'kintsugi-secret-')), 'key')
    writeFileSync(secret, CANARY)
    writeFileSync(join(folder, 'Chart.yaml'), CHART_YAML)
    symlinkSync(secret, join(folder, 'values.yaml'))
    const outcome = await renderer.render(input(await diskTree(folder), { chartPath: '' }))
    expect(outcome).toMatchObject({ rendered: false, reason: 'unsafe-path' })
    expect(JSON.stringify(outcome)).not.toContain(CANARY)
  })

  it.each([
    ['an environment variable', '{{ env "HOME" }}'],
    ['an expanded environment variable', '{{ expandenv "$HOME" }}'],
  ])('cannot read %s', async (_name, template) => {
    expect(await renderer.render(input(chart({ 'chart/templates/a.yaml': showing(template) })))).toMatchObject({
      reason: 'render-failed',
    })
  })

  it.each([
    ['an absolute path', '{{ .Files.Get "/etc/passwd" | quote }}'],
    ['a path that climbs', '{{ .Files.Get "../../../../../../etc/passwd" | quote }}'],
    ['the value files beside it', '{{ .Files.Get "../values/value-file-0.yaml" | quote }}'],
    ['a name of a host', '{{ getHostByName "localhost" | quote }}'],
    ['an object of a cluster', '{{ lookup "v1" "Secret" "default" "a" | toJson | quote }}'],
  ])('reads nothing by %s', async (_name, template) => {
    const outcome = await renderer.render(input(chart({ 'chart/templates/a.yaml': showing(template) })))
    const value = outcome.rendered ? valueAt(outcome.objects[0], ['data', 'value']) : ''
    expect(['', '{}']).toContain(value)
  })

  it('fetches nothing', async () => {
    const dependencies = `dependencies:\n  - name: sub\n    version: 1.0.0\n    repository: http://${address}\n`
    const local = { $id: `http://${address}/s.json`, $ref: '#/definitions/a', definitions: { a: { type: 'object' } } }
    const inner = { ...local, properties: { b: { $id: `http://${address}/t.json`, $ref: '#' } } }
    await Promise.all([
      renderer.render(input(chart({ 'chart/Chart.yaml': CHART_YAML + dependencies }))),
      renderer.render(input(chart(plain), values(chart(plain), `http://${address}/v.yaml`))),
      renderer.render(input(chart({ ...plain, ...schema({ $ref: `http://${address}/s.json` }) }))),
      renderer.render(input(chart({ ...plain, ...schema(local) }))),
      renderer.render(input(chart({ ...plain, ...schema(inner), 'chart/values.yaml': 'b: 1\n' }))),
      renderer.render(
        input(chart({ ...plain, ...schema({ ...local, $schema: 'http://json-schema.org/draft-07/schema#' }) })),
      ),
    ])
    expect(hits).toBe(0)
  })

  it.each([
    ['a range without end', '{{ range $i := until 1000000000 }}{{ $i }}{{ end }}'],
    [
      'text that doubles',
      '{{ $x := "aaaaaaaaaaaaaaaa" }}{{ range until 40 }}{{ $x = printf "%s%s" $x $x }}{{ end }}{{ $x }}',
    ],
    ['a template that includes itself', '{{ define "loop" }}{{ include "loop" . }}{{ end }}{{ include "loop" . }}'],
  ])('is stopped at %s', { timeout: 60_000 }, async (_name, template) => {
    const outcome = await renderer.render(input(chart({ 'chart/templates/a.yaml': showing(template) })))
    expect(outcome.rendered).toBe(false)
    expect(['render-limit', 'render-failed']).toContain(outcome.rendered ? '' : outcome.reason)
  })

  it('is stopped at an alias bomb in its values', async () => {
    const lines = ['a: &a [1,1,1,1,1,1,1,1,1,1]']
    for (const [at, name] of [...'bcdefghij'].entries())
      lines.push(`${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(',')}]`)
    const outcome = await renderer.render(input(chart({ ...plain, 'chart/values.yaml': lines.join('\n') })))
    expect(outcome).toMatchObject({ rendered: false })
  })
})

describe('after all of this', () => {
  it('no folder of a render is left', () => {
    expect(leftovers()).toEqual([])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Application, Field, JsonObject, Tree } from '../../src/domain/index.ts'
import { changedTree, edit, memoryTree, renderApplication } from '../../src/source/index.ts'
import { buildKustomization, kustomizationRoots } from '../../src/source/kustomize/index.ts'
import { parentPath } from '../../src/source/tree.ts'
import { size } from '../fakes/size.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://git.test/mono'
const deps = { helm: tinyHelm, isolation: 'process' as const }

function app(name: string, source: JsonObject): Application {
  return applicationOf({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: { source: { repoURL: REPO, ...source }, destination: { namespace: name } },
  })
}

function deployment(name: string, memory: string, image: string): string {
  const container = `        - name: app\n          image: ${image}\n          resources:\n            limits:\n              memory: ${memory}\n`
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n${container}`
}

const FOLDERS = ['a', 'b', 'c', 'd'] as const
const LAYERS = ['/common.yaml', '/own.yaml', '/other.yaml'] as const

/** Folders that build on those after them or are plain, Applications of some, and charts that share layers of values. */
const worlds = fc.record({
  bases: fc.tuple(...FOLDERS.map((_, index) => fc.subarray([...FOLDERS.slice(index + 1)]))),
  plain: fc.subarray([...FOLDERS], { maxLength: 2 }),
  patched: fc.subarray([...FOLDERS]),
  imaged: fc.subarray([...FOLDERS]),
  apps: fc.subarray([...FOLDERS], { minLength: 1 }),
  whole: fc.boolean(),
  charts: fc.array(fc.subarray([...LAYERS]), { maxLength: 4 }),
  layers: fc.record(
    Object.fromEntries(LAYERS.map((layer) => [layer, fc.constantFrom('', 'memory: 24Mi\n', 'tag: "3"\n')])),
  ),
  asked: fc.nat(),
  field: fc.constantFrom<[Field, string]>(
    ['resources.limits.memory', '77Mi'],
    ['image', 'reg/app:77'],
    ['replicas', '7'],
  ),
})

type World = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never

function filesOf({ bases, plain, patched, imaged, layers }: World): Record<string, string> {
  const files: Record<string, string> = {
    'chart/Chart.yaml': 'name: chart\nversion: 1.0.0\n',
    'chart/values.yaml': 'memory: 16Mi\ntag: "1"\n',
    'chart/templates/d.yaml': deployment('chart', '{{ .Values.memory }}', 'reg/app:{{ .Values.tag }}'),
  }
  for (const [path, text] of Object.entries(layers)) files[path.slice(1)] = text
  for (const [index, dir] of FOLDERS.entries()) {
    files[`${dir}/own.yaml`] = deployment(dir, '32Mi', 'reg/app:1')
    if (plain.includes(dir)) continue
    const named = (bases[index] ?? []).filter((base) => !plain.includes(base))
    const lines = [
      `resources: ${JSON.stringify(['own.yaml', ...named.map((base) => `../${base}`)])}`,
      `nameSuffix: -${dir}`,
    ]
    const [first] = named
    if (patched.includes(dir) && first !== undefined) {
      files[`${dir}/patch.yaml`] =
        `- op: replace\n  path: /spec/template/spec/containers/0/resources/limits/memory\n  value: 48Mi\n`
      lines.push(`patches: [{ path: patch.yaml, target: { kind: Deployment, name: "${first}.*" } }]`)
    }
    if (imaged.includes(dir)) lines.push('images: [{ name: reg/app, newTag: "2" }]')
    files[`${dir}/kustomization.yaml`] = `${lines.join('\n')}\n`
  }
  return files
}

function applicationsOf({ apps, whole, charts }: World): readonly Application[] {
  return [
    ...apps.map((dir) => app(`app-${dir}`, { path: dir })),
    ...(whole
      ? [
          app('whole', {
            path: '.',
            directory: { recurse: true, exclude: '{chart/*,*kustomization.yaml,*patch.yaml}' },
          }),
        ]
      : []),
    ...charts.map((valueFiles, index) => app(`chart-${index}`, { path: 'chart', helm: { valueFiles } })),
  ]
}

/** Everything that anyone renders of a tree, leaf texts by who and which. */
async function everything(tree: Tree, applications: readonly Application[]): Promise<ReadonlyMap<string, string>> {
  const rendered = new Map<string, string>()
  for (const application of applications) {
    const result = await renderApplication(application, { tree: () => tree }, deps)
    const objects = result.rendered ? result.objects : []
    for (const { key, manifest } of objects)
      rendered.set(`${application.name} ${key.kind}/${key.name}`, JSON.stringify(manifest))
    if (!result.rendered) rendered.set(application.name, `${result.reason}`)
  }
  const roots = kustomizationRoots(tree)
  const built = new Map(roots.map((dir) => [dir, buildKustomization({ tree, dir })]))
  // A base that nobody deploys counts through what builds on it.
  const bases = new Set(
    [...built].flatMap(([dir, one]) =>
      one.built ? one.files.map(({ path }) => parentPath(path)).filter((at) => at !== dir) : [],
    ),
  )
  for (const [dir, one] of built) {
    if (one.built && !bases.has(dir)) rendered.set(`root ${dir}`, JSON.stringify(one.objects))
  }
  return rendered
}

const RUNS = size(100, 3000)

describe('an accepted edit', () => {
  it('changes one object of one Application, whoever else reads the files', { timeout: 600_000 }, async () => {
    let edited = 0
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const tree = memoryTree(filesOf(world))
        const applications = applicationsOf(world)
        const application = applications[world.asked % applications.length]
        if (application === undefined) return
        const sources = { tree: () => tree }
        const before = await renderApplication(application, sources, deps)
        const object = before.rendered ? before.objects[world.asked % Math.max(1, before.objects.length)] : undefined
        if (object === undefined) return
        const [field, value] = world.field
        const target = { ...object.key, container: 'app' }
        const outcome = await edit({
          application,
          sources,
          deps,
          target,
          changes: [{ field, value }],
          others: applications,
        })
        if (outcome.outcome !== 'edited') return
        edited += 1
        const [was, is] = [
          await everything(tree, applications),
          await everything(changedTree(tree, outcome.files), applications),
        ]
        const changed = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name))
        const own = `${application.name} ${object.key.kind}/${object.key.name}`
        const path = application.sources[0]?.path ?? ''
        expect(changed.filter((name) => name !== own && name !== `root ${path}`)).toEqual([])
        expect(changed).toContain(own)
        const plain = (text: string | undefined) =>
          text?.replaceAll(/"(?:\d+Mi|reg\/app:\w+)"|"replicas":\d+/g, 'VALUE')
        expect(plain(is.get(own))).toBe(plain(was.get(own)))
      }),
      { numRuns: RUNS },
    )
    // About half of the worlds have an edit that is accepted.
    expect(edited).toBeGreaterThan(RUNS / 6)
  })
})

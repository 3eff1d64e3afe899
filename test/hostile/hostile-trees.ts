import { gzipSync } from 'node:zlib'
import { archive, showing } from '../adapters/render/given.ts'

export type HostileTree = {
  readonly name: string
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** Link -> what it names. */
  readonly links?: Readonly<Record<string, string>>
  /** `spec.source` of the Application, in place of the chart in `chart`. */
  readonly source?: string
  /** The whole manifest in place of an Application. */
  readonly manifest?: string
  /** What `locate` says: a reason, an error code, or `located` where nothing of it does harm. */
  readonly locate: string
  /** Renders until a limit ends it, which takes its time. */
  readonly slow?: boolean
  /** So large that it takes seconds to be refused: left to CI. */
  readonly large?: boolean
}

/** What a hostile tree may aim at. */
export type Aims = {
  readonly token: string
  readonly home: string
  readonly listener: string
  readonly variable: string
}

const CHART = 'apiVersion: v2\nname: cart\nversion: 0.1.0\n'
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: cart:1.0.0
`
const PLAIN = DEPLOYMENT.replace('{{ .Values.replicas }}', '2')

/** A chart that renders the target, and one template or file more. */
const chart = (
  more: Readonly<Record<string, string | Uint8Array>>,
  values = 'replicas: 2\n',
): HostileTree['files'] => ({
  'chart/Chart.yaml': CHART,
  'chart/values.yaml': values,
  'chart/templates/deployment.yaml': DEPLOYMENT,
  ...more,
})
const template = (text: string): HostileTree['files'] => chart({ 'chart/templates/hostile.yaml': text })
const overlay = (kustomization: string, more: HostileTree['files'] = {}): HostileTree['files'] => ({
  'chart/kustomization.yaml': kustomization,
  'chart/deployment.yaml': PLAIN,
  ...more,
})
const dependency = (repository: string): string =>
  `${CHART}dependencies:\n  - {name: sub, version: 1.0.0, repository: "${repository}"}\n`
const helm = (settings: string): string =>
  `{repoURL: https://git.example.com/a.git, path: chart, targetRevision: main, helm: ${settings}}`

const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...[...'bcdefghij'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(',')}]`),
].join('\n')
const DEEP = `replicas: 2\nx: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`

export function hostileTrees({ token, home, listener, variable }: Aims): readonly HostileTree[] {
  const steals = `{{ .Files.Get "${token}" }}{{ .Files.Get "../../../../../../../..${token}" }}{{ range $p, $b := .Files.Glob "**" }}{{ $p }}{{ end }}{{ getHostByName "localhost" }}`
  const shows = (text: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stolen}\ndata:\n  all: ${text}\n`
  return [
    {
      name: '1 a link to /proc/self/environ among the templates',
      files: chart({}),
      links: { 'chart/templates/environ.yaml': '/proc/self/environ' },
      locate: 'unsafe-path',
    },
    {
      name: '2 a link to a token in the place of values.yaml',
      files: { 'chart/Chart.yaml': CHART, 'chart/templates/deployment.yaml': DEPLOYMENT },
      links: { 'chart/values.yaml': token },
      locate: 'unsafe-path',
    },
    {
      name: '3 a link to the home folder in the place of charts/',
      files: chart({}),
      links: { 'chart/charts': home },
      locate: 'unsafe-path',
    },
    {
      name: '4 value files outside of the tree',
      files: chart({}),
      source: helm(`{valueFiles: ["../../../../..${token}"]}`),
      locate: 'unsafe-path',
    },
    {
      name: '5 a value file of the host',
      files: chart({}),
      source: helm(`{valueFiles: ["${token}"]}`),
      locate: 'value-file-missing',
    },
    {
      name: '6 a value file from the net',
      files: chart({}),
      source: helm(`{valueFiles: ["${listener}/values.yaml"]}`),
      locate: 'unsupported-source',
    },
    {
      name: '7 set-file of a token',
      files: chart({}),
      source: helm(`{fileParameters: [{name: replicas, path: "${token}"}]}`),
      locate: 'unsupported-source',
    },
    {
      name: '8 templates that read files, hosts and clusters',
      files: template(
        shows(`{{ printf "%s%s" (lookup "v1" "Secret" "" "") (tpl ${JSON.stringify(steals)} .) | quote }}`),
      ),
      locate: 'located',
    },
    {
      name: '9 templates that read the environment',
      files: template(shows(`{{ env "${variable}" }}{{ expandenv "$${variable}" }}`)),
      locate: 'render-failed',
    },
    {
      name: '10 memory that doubles',
      files: template(
        '{{ $x := "aaaaaaaaaaaaaaaa" }}{{ range until 40 }}{{ $x = printf "%s%s" $x $x }}{{ end }}{{ $x }}',
      ),
      locate: 'render-limit',
    },
    {
      name: '11 a range without end, and text repeated a billion times',
      files: template('{{ range until 1000000000 }}{{ repeat 1000000000 "a" }}{{ end }}'),
      locate: 'render-limit',
    },
    {
      name: '12 templates that call themselves through tpl',
      files: template('{{ define "a" }}{{ tpl "{{ include \\"a\\" . }}" . }}{{ end }}{{ include "a" . }}'),
      locate: 'render-limit',
    },
    {
      name: '13 keys made until the processor time is over',
      files: template('{{ range until 100000 }}{{ $k := genCA "a" 1 }}{{ end }}'),
      locate: 'render-limit',
      slow: true,
    },
    {
      name: '14 output of sixteen thousand documents in thirty megabytes',
      large: true,
      files: template(
        `{{ range until 16000 }}---\n${showing('{{ repeat 1900 "a" | quote }}').replace('name: shown', 'name: a{{ . }}')}{{ end }}`,
      ),
      locate: 'render-limit',
    },
    { name: '15 values that are an alias bomb', files: chart({}, `replicas: 2\n${BOMB}\n`), locate: 'render-failed' },
    { name: '16 values that nest twenty thousand levels', files: chart({}, DEEP), locate: 'render-failed' },
    {
      name: '17 a value file of thirty-three megabytes, and a scalar of one',
      files: chart({
        'chart/huge.yaml': `x: "${'a'.repeat(33 * 1024 * 1024)}"\n`,
        'chart/long.yaml': `x: "${'a'.repeat(1024 * 1024)}"\n`,
      }),
      source: helm('{valueFiles: [long.yaml, huge.yaml]}'),
      locate: 'input-too-large',
    },
    {
      name: '18 a packed subchart that unpacks to two gigabytes, and one with links',
      files: chart({
        'chart/charts/sub-1.0.0.tgz': gzipSync(gzipSync(Buffer.alloc(64 * 1024 * 1024))),
        'chart/charts/bomb-1.0.0.tgz': archive({ 'bomb/zero': Buffer.alloc(80 * 1024 * 1024) }),
        'chart/charts/link-1.0.0.tgz': archive({ 'link/Chart.yaml': '' }, '2'),
      }),
      locate: 'render-limit',
    },
    {
      name: '19 a value schema that is fetched, and one of the host',
      files: chart({
        'chart/values.schema.json': JSON.stringify({
          allOf: [{ $ref: `${listener}/s.json` }, { $ref: `file://${token}` }],
        }),
      }),
      locate: 'unsupported-source',
    },
    {
      name: '20 dependencies from the net and from above the tree, with a plugin and a lock file',
      files: chart({
        'chart/Chart.yaml': dependency(listener),
        'chart/Chart.lock': 'dependencies: []\n',
        'chart/plugin.yaml': 'name: evil\ncommand: "/bin/sh -c env"\nhooks: {install: env}\n',
        'other/Chart.yaml': dependency(`file://../../../../..${home}`),
      }),
      locate: 'source-missing',
    },
    {
      name: '21 names with newlines, colours, flags and of prototypes',
      files: chart({
        'chart/templates/a\n\u001b[31mred\u0007.yaml': showing('a'),
        'chart/templates/--post-renderer=env.yaml': showing('b'),
        'chart/templates/$(env).yaml': showing('c'),
        'chart/__proto__/constructor': 'x',
        'chart/values.yaml': 'replicas: 2\n__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n',
      }),
      source: helm(
        `{releaseName: cart, parameters: [{name: "__proto__.polluted", value: "yes"}, {name: "a\\n--post-renderer", value: "/bin/sh"}]}`,
      ),
      locate: 'render-failed',
    },
    {
      name: '22 a release name that is a template, and a value file that is a folder',
      files: chart({ 'chart/values-dir/a.yaml': '' }),
      source: helm(`{releaseName: '{{ env "${variable}" }}', valueFiles: [values-dir]}`),
      locate: 'value-file-missing',
    },
    {
      name: '23 a kustomization with remote bases, resources and charts',
      files: overlay(
        `resources: [deployment.yaml, "${listener}/base.yaml", "git::${listener}/base.git?ref=main", "https://github.com/a/b//c?ref=d"]\nhelmCharts: [{name: a, repo: "${listener}"}]\n`,
      ),
      locate: 'unsupported-kustomize',
    },
    {
      name: '24 a kustomization with exec plugins and generators that read a token',
      files: overlay(
        `resources: [deployment.yaml]\ngenerators: [plugin.yaml]\ntransformers: [plugin.yaml]\nconfigMapGenerator: [{name: stolen, files: ["../../../../..${token}"], envs: ["${token}"]}]\n`,
        {
          'chart/plugin.yaml':
            'apiVersion: v1\nkind: Evil\nmetadata:\n  name: a\n  annotations:\n    config.kubernetes.io/function: "exec: {path: /bin/sh}"\n',
        },
      ),
      locate: 'unsupported-kustomize',
    },
    {
      name: '25 patch targets that are regular expressions without end',
      files: overlay(
        `resources: [deployment.yaml]\npatches: [{target: {kind: Deployment, name: "(a+)+$", labelSelector: "app in (cart)"}, patch: '[{"op": "replace", "path": "/spec/replicas", "value": 9}]'}]\n`,
        { 'chart/deployment.yaml': PLAIN.replace('  name: cart', `  name: ${'a'.repeat(60)}b`) },
      ),
      locate: 'target-not-found',
    },
    {
      name: '26 an ApplicationSet whose templates never end',
      files: chart({}),
      manifest: `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: cart, namespace: argocd}\nspec:\n  goTemplate: true\n  generators:\n    - matrix:\n        generators:\n          - list: {elements: [${Array.from({ length: 300 }, (_, at) => `{a: "${at}"}`).join(', ')}]}\n          - list: {elements: [${Array.from({ length: 300 }, (_, at) => `{b: "${at}"}`).join(', ')}]}\n  template:\n    metadata: {name: 'cart-{{ range until 1000000000 }}{{ repeat 1000000000 "a" }}{{ end }}{{ env "${variable}" }}'}\n    spec:\n      project: default\n      source: {repoURL: https://git.example.com/a.git, path: 'chart', targetRevision: main}\n      destination: {namespace: shop, server: https://kubernetes.default.svc}\n`,
      locate: 'application-unreadable',
    },
    {
      name: '28 a hundred thousand small objects',
      large: true,
      files: template(`{{ range until 100000 }}---\n${showing('a').replace('name: shown', 'name: a{{ . }}')}{{ end }}`),
      locate: 'render-limit',
    },
    {
      name: '29 an object of half a million numbers',
      files: template(`${showing('a')}  list: [{{ range until 500000 }}1,{{ end }}1]\n`),
      locate: 'render-limit',
    },
    {
      name: '27 more files than a chart has',
      large: true,
      files: chart(Object.fromEntries(Array.from({ length: 5001 }, (_, at) => [`chart/files/${at}`, '']))),
      locate: 'render-limit',
    },
  ]
}

export const BENIGN: HostileTree = { name: 'a chart', files: chart({}), locate: 'located' }

export function applicationOf(tree: HostileTree): string {
  const source = tree.source ?? '{repoURL: https://git.example.com/a.git, path: chart, targetRevision: main}'
  return (
    tree.manifest ??
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: cart, namespace: argocd}\nspec:\n  project: default\n  source: ${source}\n  destination: {namespace: shop, server: https://kubernetes.default.svc}\n`
  )
}

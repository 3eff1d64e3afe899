import { add, BASE, file, type Overlay, somewhere, TOP } from '../overlay.ts'
import type { Feature } from './feature.ts'

const map = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n${data}`

/** Scalars whose reading differs between versions of YAML, or between readers. */
const ODD = [
  'yes',
  'no',
  'on',
  'off',
  'y',
  'n',
  'Yes',
  'NO',
  'true',
  'True',
  'null',
  '~',
  '',
  '0755',
  '0o755',
  '0x1F',
  '0b11',
  '1e3',
  '1E-3',
  '.5',
  '5.',
  '1_000',
  '1.0',
  '1.10',
  '-0',
  '+1',
  '.inf',
  '-.INF',
  '.nan',
  '2001-01-01',
  '2001-12-14t21:59:43.10-05:00',
  '12:30:45',
  '190:20:30',
  '!!str 12',
  '!!int "12"',
  '!!binary aGk=',
  '"quoted"',
  "'single'",
  "'it''s'",
  '"\\u00e9\\n\\t"',
  '>-\n    folded\n    text',
  '|\n    literal\n     text\n',
  '|2-\n      deep',
  '>\n    one\n\n    two\n      three\n\n    four',
  '9007199254740993',
  '123456789012345678901234567890',
  '1.7976931348623157e+309',
  '=',
  '<<',
  '- x',
  '{a: b}',
  '[1, 2]',
  '0',
  '00',
  '08',
  '0.10',
  '1e',
  '0x',
  '+',
  '-',
  '.',
  '1,000',
  '@x',
  '"yes"',
  '"null"',
  '%x',
]

function finishing(name: string, change: (text: string) => string): Feature {
  return {
    name,
    apply: ({ finish }: Overlay) => {
      finish.push((path, text) => (/\.ya?ml$/.test(path) ? change(text) : text))
    },
  }
}

export const texts: readonly Feature[] = [
  {
    name: 'odd-scalars',
    apply: (overlay) => {
      const lines = Array.from({ length: 6 }, (_, index) => `  k${index}: ${overlay.random.pick(ODD)}\n`)
      file(overlay, somewhere(overlay), 'resources', 'odd.yaml', map('odd', lines.join('')))
    },
  },
  {
    name: 'odd-custom',
    apply: (overlay) => {
      const lines = Array.from({ length: 5 }, (_, index) => `  k${index}: ${overlay.random.pick(ODD)}\n`)
      file(
        overlay,
        somewhere(overlay),
        'resources',
        'odd-custom.yaml',
        `apiVersion: example.com/v1\nkind: Odd\nmetadata: {name: odd}\nspec:\n${lines.join('')}`,
      )
    },
  },
  {
    name: 'odd-annotations',
    apply: (overlay) => {
      const lines = Array.from(
        { length: 3 },
        (_, index) => `    a${index}: ${overlay.random.pick(ODD.filter((one) => !one.includes('\n')))}\n`,
      )
      const where = overlay.random.pick(['annotations', 'labels'])
      file(
        overlay,
        somewhere(overlay),
        'resources',
        'noted.yaml',
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: noted\n  ${where}:\n${lines.join('')}`,
      )
    },
  },
  {
    name: 'odd-patch',
    apply: (overlay) => {
      const lines = Array.from(
        { length: 4 },
        (_, index) =>
          `  ${overlay.random.pick(['flag', 'url', `k${index}`, `m${index}`])}${index}: ${overlay.random.pick(ODD)}\n`,
      )
      add(overlay, TOP, 'patches', { patch: map('settings', lines.join('')) })
    },
  },
  {
    name: 'odd-keys',
    apply: (overlay) => {
      const keys = ['yes', '1', '1.5', 'true', 'null', '"q"', "'s'", '~', '0755', '2001-01-01', 'a b', '? x']
      const chosen = [...new Set(Array.from({ length: 4 }, () => overlay.random.pick(keys)))]
      file(
        overlay,
        somewhere(overlay),
        'resources',
        'keys.yaml',
        map('keys', chosen.map((key) => `  ${key}: v\n`).join('')),
      )
    },
  },
  {
    name: 'anchors',
    apply: (overlay) =>
      file(
        overlay,
        somewhere(overlay),
        'resources',
        'anchors.yaml',
        overlay.random.pick([
          map('anchors', '  a: &a text\n  b: *a\n  c: *a\n'),
          'apiVersion: v1\nkind: Pod\nmetadata: {name: anchored, labels: &l {app: x}, annotations: *l}\nspec:\n  containers:\n  - &c {name: a, image: "a:1"}\n  - {<<: *c, name: b}\n',
          'apiVersion: example.com/v1\nkind: Anchored\nmetadata: {name: anchored}\nbase: &b {x: 1, y: [1, 2]}\nspec:\n  <<: *b\n  x: 2\n',
          'apiVersion: example.com/v1\nkind: Anchored\nmetadata: {name: anchored}\na: &a {x: 1}\nb: &b {y: 2, x: 3}\nspec:\n  <<: [*a, *b]\n  z: 2\n',
        ]),
      ),
  },
  {
    name: 'anchors-renamed',
    apply: (overlay) => {
      file(
        overlay,
        BASE,
        'resources',
        'anchored.yaml',
        `apiVersion: v1\nkind: Pod\nmetadata: {name: &n pod, labels: {name: *n}}\nspec: {containers: [{name: *n, image: "shop/cart:1.0"}, &c {name: z, image: "shop/cart:1.0"}]}\n`,
      )
      overlay.kustomizations.get(TOP)
    },
  },
  {
    name: 'list',
    apply: (overlay) => {
      const kind = overlay.random.pick(['List', 'List', 'ConfigMapList'])
      const item = (name: string): string =>
        `- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: ${name}}\n  data: {a: ${overlay.random.pick(['"1"', 'yes', 'b'])}}\n`
      const list = `apiVersion: v1\nkind: ${kind}\nitems:\n${item('listed-a')}${item('listed-b')}`
      file(
        overlay,
        somewhere(overlay),
        'resources',
        'list.yaml',
        overlay.random.chance(0.4) ? `${list}---\n${map('after', '  a: b\n')}` : list,
      )
    },
  },
  {
    name: 'documents',
    apply: (overlay) =>
      file(
        overlay,
        somewhere(overlay),
        'resources',
        'documents.yaml',
        overlay.random.pick([
          `---\n# only a comment\n---\n${map('doc-a', '  a: b\n')}---\n---\n${map('doc-b', '  a: b\n')}...\n`,
          `# head\n---\n${map('doc-a', '  a: b\n')}\n---\n\n`,
          `${map('doc-a', '  a: b\n')}--- # note\n${map('doc-b', '  a: b\n')}`,
          `%YAML 1.1\n---\n${map('doc-a', '  a: yes\n')}`,
          `${map('doc-a', '  a: b\n')}---\nnull\n`,
          `${map('doc-a', '  a: b\n')}---\n{}\n`,
        ]),
      ),
  },
  {
    name: 'json-file',
    apply: (overlay) => {
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'json' },
        data: { a: 'yes', b: '1\n2', c: 'é"\\' },
      }
      file(
        overlay,
        somewhere(overlay),
        'resources',
        'object.json',
        JSON.stringify(object, undefined, overlay.random.pick([0, 2])),
      )
    },
  },
  {
    name: 'nulls-in-objects',
    apply: (overlay) =>
      file(
        overlay,
        somewhere(overlay),
        'resources',
        'nulls.yaml',
        overlay.random.pick([
          'apiVersion: v1\nkind: Service\nmetadata: {name: nulls}\nspec:\n  ports:\n  selector: null\n',
          'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: nulls\n  labels:\n  annotations: null\ndata:\n',
          'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: nulls\n  creationTimestamp: null\nspec:\n  template:\n    metadata:\n      creationTimestamp: null\n    spec:\n      containers:\n      - name: a\n        image: a\n        resources: {}\n        env:\nstatus: {}\n',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nulls, annotations: {}, labels: {}}\ndata: {}\n',
        ]),
      ),
  },
  finishing('windows-lines', (text) => text.replaceAll('\n', '\r\n')),
  finishing('byte-order-mark', (text) => `\uFEFF${text}`),
  finishing('no-last-newline', (text) => text.replace(/[\r\n]+$/, '')),
  finishing(
    'comments',
    (text) => `${text.startsWith('\uFEFF') ? '' : '# head\n'}${text.replace(/^(metadata:.*)$/gm, '$1 # note')}# foot\n`,
  ),
  {
    name: 'bad-object',
    apply: (overlay) =>
      file(
        overlay,
        TOP,
        'resources',
        'bad.yaml',
        overlay.random.pick([
          'kind: ConfigMap\nmetadata: {}\n',
          'a: b\n',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: 1, a: 2}\n',
          '- a\n',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: [x]\n',
          'kind: ConfigMap\nmetadata: {name: bare}\n',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 12}\n',
          'apiVersion: v1\nkind: X\nmetadata: {name: x, namespace: }\n',
          'just text\n',
          '',
        ]),
      ),
  },
]

import { need } from '../objects.ts'
import { add, freshName, type Overlay, somewhere, TOP, yaml } from '../overlay.ts'
import type { Feature } from './feature.ts'

type Operation = Readonly<Record<string, unknown>>

const CART = { kind: 'Deployment', name: 'cart' }
const CONTAINERS = '/spec/template/spec/containers'

function patch(
  overlay: Overlay,
  operations: readonly Operation[],
  target: Readonly<Record<string, unknown>> = CART,
): void {
  const dir = somewhere(overlay)
  const { random } = overlay
  const text = random.chance(0.4) ? JSON.stringify(operations) : yaml(operations)
  if (random.chance(0.5)) {
    const name = freshName(overlay, dir, 'json-patch', text.startsWith('[') ? 'json' : 'yaml')
    overlay.files.set(`${dir}/${name}`, text)
    add(overlay, dir, 'patches', { path: name, target })
  } else add(overlay, dir, 'patches', { patch: text, target })
}

const feature = (
  name: string,
  choices: readonly (readonly Operation[])[],
  target?: Readonly<Record<string, unknown>>,
): Feature => ({ name, apply: (overlay) => patch(overlay, overlay.random.pick(choices), target) })

export const json: readonly Feature[] = [
  feature('json-set', [
    [{ op: 'replace', path: '/spec/replicas', value: 9 }],
    [{ op: 'add', path: `${CONTAINERS}/1/resources/limits/memory`, value: '256Mi' }],
    [{ op: 'add', path: `${CONTAINERS}/0/resources`, value: { limits: { memory: '1Gi' } } }],
    [{ op: 'replace', path: '/spec/none', value: 'x' }],
    [{ op: 'add', path: '/spec/template/metadata/annotations', value: { a: '1' } }],
    [{ op: 'replace', path: '/spec/template/metadata/labels', value: { app: 'cart', n: '1e3' } }],
    [{ op: 'add', path: '/metadata/labels/n', value: 'null' }],
  ]),
  feature('json-remove', [
    [{ op: 'remove', path: `${CONTAINERS}/0` }],
    [{ op: 'remove', path: '/spec/replicas' }],
    [{ op: 'remove', path: '/metadata/annotations' }],
    [{ op: 'remove', path: '/metadata/labels/tier' }],
    [{ op: 'remove', path: '/spec/none' }],
    [{ op: 'remove', path: `${CONTAINERS}/5` }],
  ]),
  feature('json-move', [
    [{ op: 'move', from: '/metadata/labels/tier', path: '/metadata/labels/row' }],
    [{ op: 'move', from: `${CONTAINERS}/1`, path: `${CONTAINERS}/0` }],
    [{ op: 'copy', from: `${CONTAINERS}/1/resources`, path: `${CONTAINERS}/0/resources` }],
    [{ op: 'copy', from: '/metadata/labels/app', path: '/metadata/annotations/app' }],
    [{ op: 'move', from: '/spec/none', path: '/spec/some' }],
  ]),
  feature('json-test', [
    [
      { op: 'test', path: `${CONTAINERS}/1/name`, value: 'app' },
      { op: 'replace', path: `${CONTAINERS}/1/image`, value: 'shop/tested:1' },
    ],
    [{ op: 'test', path: `${CONTAINERS}/0/name`, value: 'app' }],
    [{ op: 'test', path: '/spec/none', value: null }],
    [{ op: 'test', path: '/metadata/labels/app', value: 'cart' }],
  ]),
  feature('json-append', [
    [{ op: 'add', path: `${CONTAINERS}/-`, value: { name: 'last', image: 'last:1' } }],
    [{ op: 'add', path: `${CONTAINERS}/0`, value: { name: 'first', image: 'first:1' } }],
    [{ op: 'add', path: `${CONTAINERS}/2`, value: { name: 'end', image: 'end:1' } }],
    [{ op: 'add', path: `${CONTAINERS}/7`, value: { name: 'far', image: 'far:1' } }],
    [{ op: 'add', path: `${CONTAINERS}/1/args/-`, value: '0755' }],
    [{ op: 'add', path: `${CONTAINERS}/1/args/-1`, value: 'yes' }],
    [{ op: 'add', path: `${CONTAINERS}/1/env/-`, value: { name: 'N', value: '1e3' } }],
  ]),
  feature('json-escapes', [
    [{ op: 'add', path: '/metadata/annotations/shop.example.com~1team', value: 'cart' }],
    [{ op: 'add', path: '/metadata/annotations/a~0b~01', value: 'tilde' }],
    [{ op: 'add', path: '/metadata/labels/app.kubernetes.io~1name', value: 'cart' }],
  ]),
  feature(
    'json-wide',
    [
      [{ op: 'add', path: '/metadata/labels', value: { wide: 'yes' } }],
      [{ op: 'add', path: '/metadata/annotations', value: { wide: 'true', n: '3' } }],
      [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'wide:1' }],
      [{ op: 'add', path: '/spec/template/spec/nodeSelector', value: { disk: 'ssd' } }],
    ],
    { group: 'apps' },
  ),
  {
    name: 'json-by-label',
    apply: (overlay) =>
      patch(overlay, [{ op: 'add', path: '/metadata/annotations/by', value: 'label' }], {
        labelSelector: overlay.random.pick(['app=cart', 'app in (cart, db)', 'none=x']),
      }),
  },
  {
    name: 'json-odd-values',
    apply: (overlay) =>
      patch(overlay, [
        {
          op: 'add',
          path: '/spec/template/metadata/annotations',
          value: overlay.random.pick([
            { a: 'yes', b: '0755' },
            { n: 1, b: true },
            { date: '2001-01-01', e: '1e3' },
          ]),
        },
      ]),
  },
  {
    name: 'json-null',
    apply: (overlay) =>
      patch(overlay, [
        overlay.random.pick([
          { op: 'add', path: '/spec/strategy', value: null },
          { op: 'replace', path: '/spec/replicas', value: null },
          { op: 'add', path: '/spec/paused' },
        ]),
      ]),
  },
  {
    name: 'json-on-config',
    apply: (overlay) => {
      need(overlay, 'ingress')
      patch(overlay, [{ op: 'replace', path: '/spec/rules/0/host', value: 'a.example.com' }], { kind: 'Ingress' })
    },
  },
  {
    name: 'json-rename',
    apply: (overlay) =>
      patch(overlay, [{ op: 'replace', path: '/metadata/name', value: 'renamed' }], {
        kind: 'ConfigMap',
        name: 'settings',
      }),
  },
  {
    name: 'old-json',
    apply: (overlay) => {
      const operations = yaml([{ op: 'add', path: '/spec/paused', value: overlay.random.chance(0.5) }])
      const target = { group: 'apps', version: 'v1', kind: 'Deployment', name: 'cart' }
      if (overlay.random.chance(0.5)) add(overlay, TOP, 'patchesJson6902', { target, patch: operations })
      else {
        overlay.files.set(`${TOP}/old-json.yaml`, operations)
        add(overlay, TOP, 'patchesJson6902', { target, path: 'old-json.yaml' })
      }
    },
  },
]

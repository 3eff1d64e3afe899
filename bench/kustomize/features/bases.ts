import { add, BASE, fieldsOf, file, type Overlay, set, TOP, yaml } from '../overlay.ts'
import type { Feature } from './feature.ts'

function component(overlay: Overlay, name: string, fields: Readonly<Record<string, unknown>>): string {
  const dir = `components/${name}`
  Object.assign(fieldsOf(overlay, dir), {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    ...fields,
  })
  return dir
}

/** What the overlay builds on: the base itself, or what another feature put between. */
function rebase(overlay: Overlay, dir: string, fields: Readonly<Record<string, unknown>>): void {
  const top = fieldsOf(overlay, TOP)
  Object.assign(fieldsOf(overlay, dir), fields, { resources: top['resources'] })
  top['resources'] = [`../${dir}`]
}

export const bases: readonly Feature[] = [
  {
    name: 'chain',
    apply: (overlay) => {
      const { random } = overlay
      rebase(overlay, 'middle', {
        namePrefix: random.pick(['mid-', 'm']),
        ...(random.chance(0.5) ? { namespace: 'middle' } : {}),
        ...(random.chance(0.5) ? { labels: [{ pairs: { layer: 'middle' } }] } : {}),
      })
    },
  },
  {
    name: 'diamond',
    apply: (overlay) => {
      const top = fieldsOf(overlay, TOP)
      const resources = top['resources']
      const byNamespace = overlay.random.chance(0.5)
      const side = (name: string): object => (byNamespace ? { namespace: name } : { namePrefix: `${name}-` })
      Object.assign(fieldsOf(overlay, 'left'), side('left'), { resources })
      Object.assign(fieldsOf(overlay, 'right'), side('right'), { resources })
      top['resources'] = ['../left', '../right']
    },
  },
  {
    name: 'component',
    apply: (overlay) => {
      const { random } = overlay
      const dir = component(overlay, 'tuned', {
        ...(random.chance(0.5) ? { images: [{ name: 'shop/cart', newTag: '3.0' }] } : {}),
        patches: [
          {
            target: { kind: 'Deployment', name: 'cart' },
            patch: yaml([{ op: 'replace', path: '/spec/replicas', value: 7 }]),
          },
        ],
      })
      add(overlay, TOP, 'components', `../${dir}`)
    },
  },
  {
    name: 'component-resources',
    apply: (overlay) => {
      const dir = component(overlay, 'extra', { namePrefix: overlay.random.pick(['', 'x-']) })
      file(
        overlay,
        dir,
        'resources',
        'extra.yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata: {a: b}\n',
      )
      add(overlay, TOP, 'components', `../${dir}`)
    },
  },
  {
    name: 'component-generator',
    apply: (overlay) => {
      add(overlay, BASE, 'configMapGenerator', { name: 'made', literals: ['a=1', 'b=2'] })
      const dir = component(overlay, 'merging', {
        configMapGenerator: [{ name: 'made', behavior: 'merge', literals: ['b=3', 'c=4'] }],
      })
      add(overlay, TOP, 'components', `../${dir}`)
    },
  },
  {
    name: 'old-bases',
    apply: (overlay) => {
      const top = fieldsOf(overlay, TOP)
      if (top['bases'] !== undefined) return
      top['bases'] = top['resources']
      delete top['resources']
    },
  },
  {
    name: 'same-name-in-two-namespaces',
    apply: (overlay) => {
      const one = (namespace: string): string =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twin, namespace: ${namespace}}\ndata: {in: ${namespace}}\n`
      file(overlay, TOP, 'resources', 'twins.yaml', `${one('one')}---\n${one('two')}`)
    },
  },
  {
    name: 'missing-file',
    apply: (overlay) => add(overlay, overlay.random.pick([TOP, BASE]), 'resources', 'none.yaml'),
  },
  {
    name: 'twice',
    apply: (overlay) => {
      file(overlay, TOP, 'resources', 'again.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: cart}\n')
    },
  },
  {
    name: 'namespace-field-of-kustomization',
    apply: (overlay) => set(overlay, TOP, 'metadata', { name: 'top' }),
  },
]

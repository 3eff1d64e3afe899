import { add, set, TOP } from '../overlay.ts'
import type { Feature } from './feature.ts'

/** What our build refuses by name. */
export const unbuilt: readonly Feature[] = [
  {
    name: 'vars',
    refused: true,
    apply: (overlay) =>
      add(overlay, TOP, 'vars', { name: 'NAME', objref: { apiVersion: 'v1', kind: 'Service', name: 'cart' } }),
  },
  {
    name: 'configurations',
    refused: true,
    apply: (overlay) => {
      overlay.files.set(`${TOP}/config.yaml`, 'namePrefix:\n- path: metadata/name\n  kind: ConfigMap\n')
      add(overlay, TOP, 'configurations', 'config.yaml')
    },
  },
  {
    name: 'crds',
    refused: true,
    apply: (overlay) => {
      overlay.files.set(`${TOP}/crd.json`, '{}')
      add(overlay, TOP, 'crds', 'crd.json')
    },
  },
  {
    name: 'generators',
    refused: true,
    apply: (overlay) => {
      overlay.files.set(
        `${TOP}/generator.yaml`,
        'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\nname: g\nliterals: [a=b]\n',
      )
      add(overlay, TOP, 'generators', 'generator.yaml')
    },
  },
  {
    name: 'helm-charts',
    refused: true,
    apply: (overlay) => add(overlay, TOP, 'helmCharts', { name: 'chart', releaseName: 'r' }),
  },
  {
    name: 'openapi',
    refused: true,
    apply: (overlay) => {
      overlay.files.set(`${TOP}/schema.json`, '{"definitions":{}}')
      set(overlay, TOP, 'openapi', { path: 'schema.json' })
    },
  },
  {
    name: 'build-metadata',
    refused: true,
    apply: (overlay) =>
      set(
        overlay,
        TOP,
        'buildMetadata',
        overlay.random.pick([
          ['managedByLabel'],
          ['originAnnotations'],
          ['transformerAnnotations'],
          ['originAnnotations', 'managedByLabel'],
        ]),
      ),
  },
]

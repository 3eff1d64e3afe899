import { need } from '../objects.ts'
import { add, set, somewhere, TOP, yaml } from '../overlay.ts'
import type { Feature } from './feature.ts'

export const naming: readonly Feature[] = [
  {
    name: 'prefix',
    apply: (overlay) => set(overlay, somewhere(overlay), 'namePrefix', overlay.random.pick(['dev-', 'a', '1-'])),
  },
  {
    name: 'suffix',
    apply: (overlay) => set(overlay, somewhere(overlay), 'nameSuffix', overlay.random.pick(['-dev', '-1'])),
  },
  { name: 'namespace', apply: (overlay) => set(overlay, somewhere(overlay), 'namespace', 'shop') },
  {
    name: 'namespace-with-roles',
    apply: (overlay) => {
      need(overlay, 'rbac')
      need(overlay, 'cluster')
      set(overlay, TOP, 'namespace', overlay.random.pick(['shop', 'default', 'other']))
    },
  },
  {
    name: 'prefix-with-references',
    apply: (overlay) => {
      for (const name of ['rbac', 'policies', 'ingress', 'jobs', 'cluster']) need(overlay, name)
      set(overlay, somewhere(overlay), 'namePrefix', 'ref-')
    },
  },
  {
    name: 'labels',
    apply: (overlay) =>
      add(overlay, somewhere(overlay), 'labels', {
        pairs: { env: 'dev', owner: overlay.random.pick(['a', 'true', '1']) },
      }),
  },
  {
    name: 'labels-in-selectors',
    apply: (overlay) => {
      if (overlay.random.chance(0.5)) need(overlay, 'policies')
      add(overlay, somewhere(overlay), 'labels', { pairs: { env: 'sel' }, includeSelectors: true })
    },
  },
  {
    name: 'labels-in-templates',
    apply: (overlay) => {
      if (overlay.random.chance(0.5)) need(overlay, 'jobs')
      add(overlay, somewhere(overlay), 'labels', { pairs: { env: 'tpl' }, includeTemplates: true })
    },
  },
  {
    name: 'labels-in-fields',
    apply: (overlay) => {
      need(overlay, 'custom')
      add(overlay, TOP, 'labels', {
        pairs: { env: 'own' },
        fields: [
          {
            path: 'spec/template/metadata/labels',
            kind: overlay.random.pick(['Widget', 'Deployment']),
            create: overlay.random.chance(0.7),
          },
        ],
      })
    },
  },
  {
    name: 'common-labels',
    apply: (overlay) => {
      if (overlay.random.chance(0.5)) need(overlay, overlay.random.pick(['policies', 'jobs', 'custom']))
      set(overlay, somewhere(overlay), 'commonLabels', { app: 'all', env: 'dev' })
    },
  },
  {
    name: 'common-annotations',
    apply: (overlay) => {
      if (overlay.random.chance(0.5)) need(overlay, overlay.random.pick(['jobs', 'custom', 'cluster']))
      set(overlay, somewhere(overlay), 'commonAnnotations', {
        note: overlay.random.pick(['x', 'true', '1.10']),
        'shop/a': 'b',
      })
    },
  },
  {
    name: 'transformers',
    apply: (overlay) => {
      const fieldSpecs = [
        { path: 'metadata/labels', create: true },
        { path: 'spec/selector', kind: 'Service', version: 'v1' },
      ]
      const settings = overlay.random.pick<object>([
        { apiVersion: 'builtin', kind: 'LabelTransformer', metadata: { name: 't' }, labels: { env: 'tr' }, fieldSpecs },
        { apiVersion: 'builtin', kind: 'LabelTransformer', metadata: { name: 't' }, labels: { env: 'tr' } },
        {
          apiVersion: 'builtin',
          kind: 'AnnotationsTransformer',
          metadata: { name: 't' },
          annotations: { a: 'b' },
          fieldSpecs: [{ path: 'metadata/annotations', create: true }],
        },
        {
          apiVersion: 'builtin',
          kind: 'PatchTransformer',
          metadata: { name: 't' },
          target: { kind: 'Deployment' },
          patch: '[{"op":"add","path":"/spec/paused","value":true}]',
        },
      ])
      if (overlay.random.chance(0.3)) add(overlay, TOP, 'transformers', yaml(settings))
      else {
        overlay.files.set(`${TOP}/transformer.yaml`, yaml(settings))
        add(overlay, TOP, 'transformers', 'transformer.yaml')
      }
    },
  },
]

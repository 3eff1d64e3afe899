import { add, type Overlay, somewhere, TOP, yaml } from '../overlay.ts'
import type { Feature } from './feature.ts'

type Fields = Readonly<Record<string, unknown>>

function replacement(overlay: Overlay, source: Fields, ...targets: readonly Fields[]): void {
  add(overlay, somewhere(overlay), 'replacements', { source, targets })
}

const SETTINGS = { kind: 'ConfigMap', name: 'settings' }
const CART = { select: { kind: 'Deployment', name: 'cart' } }

export const replacing: readonly Feature[] = [
  {
    name: 'replace-value',
    apply: (overlay) =>
      replacement(
        overlay,
        { ...SETTINGS, fieldPath: overlay.random.pick(['data.flag', 'data.url', 'metadata.name']) },
        { ...CART, fieldPaths: ['spec.template.spec.containers.[name=app].env.[name=MODE].value'] },
      ),
  },
  {
    name: 'replace-from-name',
    apply: (overlay) =>
      replacement(
        overlay,
        { kind: 'Service', name: 'cart' },
        { ...CART, fieldPaths: ['spec.template.metadata.labels.app', 'metadata.labels.app'] },
      ),
  },
  {
    name: 'replace-part',
    apply: (overlay) => {
      const { random } = overlay
      replacement(
        overlay,
        { ...SETTINGS, fieldPath: 'data.url', options: { delimiter: '/', index: random.pick([0, 2, 3, 9]) } },
        {
          ...CART,
          fieldPaths: ['spec.template.spec.containers.[name=app].image'],
          options: { delimiter: random.pick(['/', ':']), index: random.pick([-1, 0, 1, 5]) },
        },
      )
    },
  },
  {
    name: 'replace-create',
    apply: (overlay) =>
      replacement(
        overlay,
        {
          kind: 'Deployment',
          name: 'cart',
          fieldPath: overlay.random.pick(['spec.replicas', 'metadata.labels', 'metadata.labels.app']),
        },
        {
          ...CART,
          fieldPaths: [
            overlay.random.pick([
              'metadata.annotations.made',
              'spec.template.metadata.annotations.[shop.example.com/made]',
              'spec.template.spec.containers.[name=new].image',
              'spec.template.spec.containers.0.resources.limits.memory',
            ]),
          ],
          options: { create: overlay.random.chance(0.8) },
        },
      ),
  },
  {
    name: 'replace-many',
    apply: (overlay) =>
      replacement(
        overlay,
        { kind: 'StatefulSet', name: 'db', fieldPath: 'spec.template.spec.containers.0.image' },
        {
          select: { kind: 'Deployment' },
          reject: [overlay.random.pick<Fields>([{ name: 'none' }, { name: 'cart' }, { labelSelector: 'app=cart' }])],
          fieldPaths: ['spec.template.spec.containers.*.image'],
        },
        { select: { kind: 'StatefulSet' }, fieldPaths: ['spec.serviceName'] },
      ),
  },
  {
    name: 'replace-in-lists',
    apply: (overlay) =>
      replacement(
        overlay,
        {
          kind: 'Deployment',
          name: 'cart',
          fieldPath: 'spec.template.spec.containers.[name=app].resources.limits.memory',
        },
        {
          ...CART,
          fieldPaths: [
            overlay.random.pick([
              'spec.template.spec.containers.[name=.*].args.0',
              'spec.template.spec.containers.1.args.1',
              'spec.template.spec.volumes.[name=tmp].emptyDir.sizeLimit',
              'spec.template.spec.containers.[name=none].image',
            ]),
          ],
          options: { create: true },
        },
      ),
  },
  {
    name: 'replace-number',
    apply: (overlay) =>
      replacement(
        overlay,
        { kind: 'Service', name: 'db', fieldPath: 'spec.ports.0.port' },
        { ...CART, fieldPaths: ['spec.replicas', 'spec.template.spec.containers.[name=app].env.[name=MODE].value'] },
        { select: { kind: 'ConfigMap' }, fieldPaths: ['data.flag'] },
      ),
  },
  {
    name: 'replace-map',
    apply: (overlay) =>
      replacement(
        overlay,
        { kind: 'Deployment', name: 'cart', fieldPath: 'spec.selector' },
        { select: { kind: 'StatefulSet', name: 'db' }, fieldPaths: ['spec.selector'] },
      ),
  },
  {
    name: 'replace-by-label',
    apply: (overlay) =>
      replacement(
        overlay,
        { ...SETTINGS, fieldPath: 'data.flag' },
        {
          select: { labelSelector: 'app=cart' },
          fieldPaths: ['metadata.annotations.flag'],
          options: { create: true },
        },
      ),
  },
  {
    name: 'replace-in-file',
    apply: (overlay) => {
      const entry = {
        source: { ...SETTINGS, fieldPath: 'data.flag' },
        targets: [{ ...CART, fieldPaths: ['metadata.annotations.team'] }],
      }
      overlay.files.set(`${TOP}/replacement.yaml`, yaml(overlay.random.chance(0.5) ? entry : [entry]))
      add(overlay, TOP, 'replacements', { path: 'replacement.yaml' })
    },
  },
  {
    name: 'replace-source-missing',
    apply: (overlay) =>
      replacement(
        overlay,
        overlay.random.pick<Fields>([
          { kind: 'ConfigMap', name: 'none', fieldPath: 'data.a' },
          { ...SETTINGS, fieldPath: 'data.none' },
          { kind: 'Service', fieldPath: 'metadata.name' },
        ]),
        { ...CART, fieldPaths: ['metadata.annotations.team'] },
      ),
  },
]

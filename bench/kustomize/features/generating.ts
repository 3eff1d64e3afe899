import { add, BASE, type Overlay, set, somewhere, TOP, yaml } from '../overlay.ts'
import type { Feature } from './feature.ts'

function workload(name: string, map: string, secret: string): string {
  return yaml({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: 'a',
              image: 'a:1',
              env: [
                { name: 'A', valueFrom: { configMapKeyRef: { name: map, key: 'a' } } },
                { name: 'S', valueFrom: { secretKeyRef: { name: secret, key: 'a' } } },
              ],
              envFrom: [{ configMapRef: { name: map } }, { secretRef: { name: secret } }],
            },
          ],
          volumes: [
            { name: 'm', configMap: { name: map } },
            { name: 's', secret: { secretName: secret } },
            { name: 'p', projected: { sources: [{ configMap: { name: map } }, { secret: { name: secret } }] } },
          ],
        },
      },
    },
  })
}

const OPTIONS = [
  { labels: { made: 'yes' } },
  { annotations: { made: 'true' } },
  { disableNameSuffixHash: true },
  { immutable: true },
  { labels: { a: 'b' }, annotations: { c: 'd' }, disableNameSuffixHash: false },
]

function input(overlay: Overlay, dir: string, name: string, content: string | Uint8Array): string {
  overlay.files.set(`${dir}/${name}`, content)
  return name
}

export const generating: readonly Feature[] = [
  {
    name: 'map-of-literals',
    apply: (overlay) =>
      add(overlay, somewhere(overlay), 'configMapGenerator', {
        name: 'literal',
        literals: [
          'a=1',
          'b=x=y',
          overlay.random.pick(['c="q"', "c='q'", 'c=', 'c=<&>', 'c="', 'c= s p ', 'c=é☃']),
          'yes=no',
        ],
      }),
  },
  {
    name: 'map-of-files',
    apply: (overlay) => {
      const dir = somewhere(overlay)
      const text = overlay.random.pick([
        'line\n',
        'no end',
        'a: b\r\nc: d\r\n',
        '\n',
        '',
        '  lead\n',
        'tab\there\n',
        '\uFEFFmark\n',
        'trail  \nx \n',
      ])
      add(overlay, dir, 'configMapGenerator', {
        name: 'files',
        files: [input(overlay, dir, 'app.properties', text), `key=${input(overlay, dir, 'other.txt', 'x')}`],
      })
    },
  },
  {
    name: 'map-of-envs',
    apply: (overlay) => {
      const dir = somewhere(overlay)
      const text = overlay.random.pick([
        'A=1\nB=two words\n',
        '# c\n\nA=\nB="q"\n',
        'A=1\r\nB=2\r\n',
        'A=b=c\n  B=x \n',
        'A="multi word"\nC=\'s\'\n',
      ])
      add(overlay, dir, 'configMapGenerator', { name: 'envs', envs: [input(overlay, dir, 'app.env', text)] })
    },
  },
  {
    name: 'map-of-bytes',
    apply: (overlay) => {
      const dir = somewhere(overlay)
      const bytes = Uint8Array.from(
        { length: overlay.random.pick([3, 60, 400]) },
        (_, index) => (index * 37 + 128) % 256,
      )
      add(overlay, dir, overlay.random.pick(['configMapGenerator', 'secretGenerator']), {
        name: 'bytes',
        files: [input(overlay, dir, 'data.bin', bytes)],
      })
    },
  },
  {
    name: 'map-merged',
    apply: (overlay) => {
      const { random } = overlay
      add(overlay, BASE, 'configMapGenerator', {
        name: 'layered',
        literals: ['a=1', 'b=2'],
        ...(random.chance(0.3) ? { options: random.pick(OPTIONS) } : {}),
      })
      add(overlay, TOP, 'configMapGenerator', {
        name: 'layered',
        behavior: random.pick(['merge', 'replace', 'create', 'merge']),
        literals: ['b=3', 'c=4'],
        ...(random.chance(0.5) ? { options: random.pick(OPTIONS) } : {}),
      })
    },
  },
  {
    name: 'merged-into-plain',
    apply: (overlay) =>
      add(overlay, TOP, 'configMapGenerator', {
        name: 'settings',
        behavior: overlay.random.pick(['merge', 'replace']),
        literals: ['new=1'],
      }),
  },
  {
    name: 'secret',
    apply: (overlay) =>
      add(overlay, somewhere(overlay), 'secretGenerator', {
        name: 'hidden',
        literals: ['user=jane', `password=${overlay.random.pick(['x', 'long'.repeat(30), '', 'ü'])}`],
        ...(overlay.random.chance(0.5) ? { type: 'kubernetes.io/basic-auth' } : {}),
        ...(overlay.random.chance(0.3) ? { namespace: 'vault' } : {}),
      }),
  },
  {
    name: 'secret-merged',
    apply: (overlay) =>
      add(overlay, TOP, 'secretGenerator', {
        name: 'creds',
        behavior: overlay.random.pick(['merge', 'replace']),
        literals: ['more=1'],
      }),
  },
  {
    name: 'generator-options',
    apply: (overlay) => {
      const dir = somewhere(overlay)
      set(overlay, dir, 'generatorOptions', overlay.random.pick(OPTIONS))
      add(overlay, dir, 'configMapGenerator', {
        name: 'optioned',
        literals: ['o=1'],
        ...(overlay.random.chance(0.4) ? { options: overlay.random.pick(OPTIONS) } : {}),
      })
    },
  },
  {
    name: 'hash-references',
    apply: (overlay) => {
      const dir = somewhere(overlay)
      add(overlay, dir, 'configMapGenerator', { name: 'hashed-map', literals: [`a=${overlay.random.below(100)}`] })
      add(overlay, dir, 'secretGenerator', { name: 'hashed-secret', literals: ['a=b'] })
      overlay.files.set(`${dir}/hashed.yaml`, workload('hashed', 'hashed-map', 'hashed-secret'))
      add(overlay, dir, 'resources', 'hashed.yaml')
    },
  },
  {
    name: 'references-from-above',
    apply: (overlay) => {
      add(overlay, BASE, 'configMapGenerator', { name: 'below', literals: ['a=1'] })
      add(overlay, BASE, 'secretGenerator', { name: 'below', literals: ['a=1'] })
      overlay.files.set(`${TOP}/above.yaml`, workload('above', 'below', 'below'))
      add(overlay, TOP, 'resources', 'above.yaml')
    },
  },
  {
    name: 'bad-generator',
    apply: (overlay) =>
      add(
        overlay,
        TOP,
        'configMapGenerator',
        overlay.random.pick<object>([
          { name: 'bad', literals: ['noequals'] },
          { name: 'bad', files: ['none.txt'] },
          { name: 'bad', literals: ['a=1', 'a=2'] },
          { name: 'bad', behavior: 'merge', literals: ['a=1'] },
          { literals: ['a=1'] },
          { name: 'bad', literals: ['sp ace=1'] },
          { name: 'bad', behavior: 'odd', literals: ['a=1'] },
        ]),
      ),
  },
]

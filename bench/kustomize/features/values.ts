import { need } from '../objects.ts'
import { add, file, set, somewhere, TOP } from '../overlay.ts'
import type { Feature } from './feature.ts'

export const values: readonly Feature[] = [
  {
    name: 'image-tag',
    apply: (overlay) => {
      if (overlay.random.chance(0.5)) need(overlay, overlay.random.pick(['jobs', 'custom']))
      add(overlay, somewhere(overlay), 'images', {
        name: 'shop/cart',
        newTag: overlay.random.pick(['2.0', '1e3', 'v2']),
      })
    },
  },
  {
    name: 'image-name',
    apply: (overlay) =>
      add(overlay, somewhere(overlay), 'images', {
        name: overlay.random.pick(['shop/cart', 'proxy', 'example.com:5000/proxy', 'shop/.*', 'postgres']),
        newName: overlay.random.pick(['mirror.example.com/cart', 'host:80/x']),
        ...(overlay.random.chance(0.4) ? { newTag: '4' } : {}),
      }),
  },
  {
    name: 'image-digest',
    apply: (overlay) =>
      add(overlay, somewhere(overlay), 'images', {
        name: overlay.random.pick(['proxy', 'shop/cart', 'shop/migrate']),
        digest: `sha256:${'b'.repeat(64)}`,
        ...(overlay.random.chance(0.3) ? { newTag: '5' } : {}),
      }),
  },
  {
    name: 'image-suffix',
    apply: (overlay) =>
      add(overlay, somewhere(overlay), 'images', {
        name: overlay.random.pick(['shop/cart', 'proxy']),
        tagSuffix: '-alpine',
      }),
  },
  {
    name: 'image-twice',
    apply: (overlay) =>
      add(overlay, TOP, 'images', { name: 'shop/cart', newName: 'shop/basket' }, { name: 'shop/basket', newTag: '6' }),
  },
  {
    name: 'replicas',
    apply: (overlay) =>
      add(overlay, somewhere(overlay), 'replicas', {
        name: overlay.random.pick(['cart', 'db', 'cart', 'none']),
        count: overlay.random.pick([0, 4]),
      }),
  },
  {
    name: 'replicas-of-several',
    apply: (overlay) => add(overlay, TOP, 'replicas', { name: 'cart', count: 6 }, { name: 'db', count: 3 }),
  },
  { name: 'order-fifo', apply: (overlay) => set(overlay, TOP, 'sortOptions', { order: 'fifo' }) },
  { name: 'order-legacy', apply: (overlay) => set(overlay, TOP, 'sortOptions', { order: 'legacy' }) },
  {
    name: 'order-own',
    apply: (overlay) =>
      set(overlay, TOP, 'sortOptions', {
        order: 'legacy',
        legacySortOptions: {
          orderFirst: ['Service', 'Deployment'],
          orderLast: overlay.random.pick([[], ['ConfigMap', 'Secret']]),
        },
      }),
  },
  {
    name: 'local-config',
    apply: (overlay) =>
      file(
        overlay,
        TOP,
        'resources',
        'local.yaml',
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: local, annotations: {config.kubernetes.io/local-config: ${overlay.random.pick(['"true"', '"false"', 'x'])}}}\ndata: {a: b}\n`,
      ),
  },
]

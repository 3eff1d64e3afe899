import { need } from '../objects.ts'
import { add, freshName, type Overlay, somewhere, TOP, yaml } from '../overlay.ts'
import type { Feature } from './feature.ts'

const DEPLOYMENT = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\n'

/** A patch, in a file or inline. */
function patch(overlay: Overlay, text: string, more: Readonly<Record<string, unknown>> = {}): void {
  const dir = somewhere(overlay)
  if (overlay.random.chance(0.5)) {
    const name = freshName(overlay, dir, 'patch')
    overlay.files.set(`${dir}/${name}`, text)
    add(overlay, dir, 'patches', { path: name, ...more })
  } else add(overlay, dir, 'patches', { patch: text, ...more })
}

const pod = (text: string): string =>
  `${DEPLOYMENT}spec:\n  template:\n    spec:\n${text.replace(/^(?=.)/gm, '      ')}\n`

const feature = (name: string, texts: readonly string[], more?: Readonly<Record<string, unknown>>): Feature => ({
  name,
  apply: (overlay) => patch(overlay, overlay.random.pick(texts), more),
})

export const strategic: readonly Feature[] = [
  feature('merge-container', [
    pod('containers:\n- name: app\n  resources: {limits: {memory: 128Mi}}'),
    pod('containers:\n- name: app\n  env:\n  - {name: MODE, value: "2"}\n  - {name: NEW, value: "3"}'),
    pod('initContainers:\n- name: migrate\n  image: shop/migrate:2.0\n- name: first\n  image: busybox'),
    pod('containers:\n- name: proxy\n  ports:\n  - {containerPort: 8080, name: web}\n  - {containerPort: 9090}'),
    `${DEPLOYMENT}spec: {replicas: 5}\n`,
    `${DEPLOYMENT}spec:\n  replicas: "5"\n`,
  ]),
  feature('merge-volumes', [
    pod('volumes:\n- name: tmp\n  emptyDir: {medium: Memory}\n- {name: more, emptyDir: {}}'),
    pod('containers:\n- name: app\n  volumeMounts:\n  - {mountPath: /tmp, name: more}\n  - {mountPath: /x, name: tmp}'),
    pod('tolerations:\n- {key: a, operator: Exists}'),
    pod('imagePullSecrets:\n- name: creds'),
    pod('hostAliases:\n- {ip: 10.0.0.1, hostnames: [a]}'),
  ]),
  feature('delete-object', [
    'apiVersion: v1\nkind: Service\nmetadata: {name: db}\n$patch: delete\n',
    '$patch: delete\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: cart}\n',
  ]),
  feature('delete-element', [
    pod('containers:\n- name: proxy\n  $patch: delete'),
    pod('volumes:\n- name: tmp\n  $patch: delete'),
    pod('containers:\n- name: app\n  env:\n  - {name: MODE, $patch: delete}'),
    pod('containers:\n- name: proxy\n  ports:\n  - {containerPort: 8080, $patch: delete}'),
  ]),
  feature('replace-map', [
    pod('containers:\n- name: app\n  resources:\n    $patch: replace\n    limits: {cpu: 2}'),
    `${DEPLOYMENT}spec:\n  selector:\n    $patch: replace\n    matchLabels: {other: x}\n`,
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {$patch: replace, only: this}\n',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {$patch: delete}\n',
  ]),
  feature('replace-list', [
    pod('containers:\n- $patch: replace\n- {name: sole, image: "sole:1"}'),
    pod('volumes:\n- $patch: delete'),
    pod('volumes:\n- name: sole\n  emptyDir: {}\n- $patch: replace'),
  ]),
  feature('merge-directive', [
    pod('containers:\n- name: app\n  $patch: merge\n  image: shop/cart:9'),
    `${DEPLOYMENT}$patch: merge\nspec: {paused: true}\n`,
  ]),
  feature('nulls', [
    pod('containers:\n- name: app\n  resources: null'),
    pod('containers:\n- name: app\n  resources: {limits: {memory: null, cpu: 1}}'),
    `${DEPLOYMENT}spec: {replicas: null}\n`,
    `${DEPLOYMENT}spec:\n  replicas:\n`,
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {flag: null, url: ~, none: null}\n',
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cart\n  annotations: {team: null}\n  labels: null\n`,
    pod('volumes: null'),
  ]),
  feature('set-element-order', [
    pod('$setElementOrder/containers:\n- name: app\n- name: proxy\ncontainers:\n- name: app\n  image: shop/cart:8'),
  ]),
  feature('retain-keys', [
    pod('volumes:\n- name: conf\n  $retainKeys: [name, emptyDir]\n  emptyDir: {}'),
    `${DEPLOYMENT}spec:\n  strategy:\n    $retainKeys: [type]\n    type: Recreate\n`,
  ]),
  feature('delete-from-primitive-list', [
    `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n  finalizers: [a/b, c/d]\n  $deleteFromPrimitiveList/finalizers: [a/b]\n`,
  ]),
  feature('wide-target', [`apiVersion: apps/v1\nkind: Any\nmetadata: {name: any}\nspec: {revisionHistoryLimit: 3}\n`], {
    target: { kind: 'Deployment|StatefulSet' },
  }),
  {
    name: 'regex-target',
    apply: (overlay) =>
      patch(overlay, 'kind: Any\nmetadata: {name: any, labels: {by: regex}, annotations: {num: 1}}\n', {
        target: {
          name: overlay.random.pick(['c.*', '.*a.*', 'cart|db', '[a-d]+', 'car', '.*rt', '.*c(ar)?t']),
          ...(overlay.random.chance(0.3) ? { group: 'apps' } : {}),
          ...(overlay.random.chance(0.3) ? { version: 'v1' } : {}),
        },
      }),
  },
  {
    name: 'label-target',
    apply: (overlay) =>
      patch(overlay, 'kind: Any\nmetadata:\n  name: any\n  annotations:\n    seen: "yes"\n', {
        target: {
          labelSelector: overlay.random.pick([
            'app=cart',
            'tier in (front,back)',
            'app',
            '!app',
            'app!=db',
            'tier notin (front)',
          ]),
        },
      }),
  },
  {
    name: 'annotation-target',
    apply: (overlay) =>
      patch(overlay, `apiVersion: v1\nkind: Any\nmetadata:\n  name: any\n  labels: {annotated: "true"}\n`, {
        target: { annotationSelector: overlay.random.pick(['team=shop', 'build', 'build=17', 'build=1.10', 'none']) },
      }),
  },
  {
    name: 'name-change',
    apply: (overlay) =>
      patch(overlay, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: renamed}\ndata: {more: x}\n', {
        target: { kind: 'ConfigMap', name: 'settings' },
        ...(overlay.random.chance(0.7) ? { options: { allowNameChange: true } } : {}),
      }),
  },
  {
    name: 'kind-change',
    apply: (overlay) =>
      patch(overlay, 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: cart}\nspec: {serviceName: cart}\n', {
        target: { kind: 'Deployment', name: 'cart' },
        options: { allowKindChange: overlay.random.chance(0.8), allowNameChange: overlay.random.chance(0.3) },
      }),
  },
  {
    name: 'custom-resource',
    apply: (overlay) => {
      need(overlay, 'custom')
      patch(
        overlay,
        overlay.random.pick([
          'apiVersion: shop.example.com/v1\nkind: Widget\nmetadata: {name: wheel}\nspec: {parts: [{name: b, count: 9}]}\n',
          'apiVersion: shop.example.com/v1\nkind: Widget\nmetadata: {name: wheel}\nspec: {size: null, color: red}\n',
          'apiVersion: shop.example.com/v1\nkind: Widget\nmetadata: {name: wheel}\nspec: {template: {spec: {containers: [{name: inner, args: [x]}]}}}\n',
          'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: slow}\nspec: {replicas: 4}\n',
        ]),
      )
    },
  },
  {
    name: 'patch-of-several',
    apply: (overlay) =>
      patch(
        overlay,
        `${DEPLOYMENT}spec: {minReadySeconds: 5}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 80, name: web}, {port: 81}]}\n`,
      ),
  },
  feature('patch-of-nothing', ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nothing}\ndata: {}\n']),
  feature('patch-in-namespace', [
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\ndata: {x: y}\n',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: other}\ndata: {x: y}\n',
  ]),
  {
    name: 'patch-by-new-name',
    apply: (overlay) => {
      const { kustomizations } = overlay
      const base = kustomizations.get('base') ?? {}
      base['namePrefix'] ??= 'pre-'
      add(overlay, TOP, 'patches', {
        patch: `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${overlay.random.pick(['pre-cart', 'cart'])}}\nspec: {paused: true}\n`,
      })
    },
  },
  feature('different-kind', [
    pod('containers: {a: b}'),
    `${DEPLOYMENT}spec: [1]\n`,
    `${DEPLOYMENT}spec: 3\n`,
    pod('volumes: x'),
  ]),
  {
    name: 'old-strategic',
    apply: (overlay) => {
      const { random, files } = overlay
      const text = pod('containers:\n- name: app\n  image: shop/old:1')
      if (random.chance(0.5)) add(overlay, TOP, 'patchesStrategicMerge', text)
      else {
        files.set(`${TOP}/old.yaml`, text)
        add(overlay, TOP, 'patchesStrategicMerge', 'old.yaml')
      }
    },
  },
  {
    name: 'stateful-claims',
    apply: (overlay) =>
      patch(
        overlay,
        yaml({
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'db' },
          spec: {
            volumeClaimTemplates: [
              { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '5Gi' } } } },
            ],
          },
        }),
      ),
  },
]

import { add, BASE, type Overlay } from './overlay.ts'
import type { Random } from './random.ts'

const CART = (random: Random): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  labels: {app: cart, tier: ${random.pick(['front', 'back'])}}
  annotations:
    team: shop
    build: ${random.pick(['"17"', '1.10', 'true', 'v2'])}
spec:
  replicas: ${random.pick(['1', '2', '3'])}
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels: {app: cart}
    spec:
      serviceAccountName: cart
      initContainers:
      - name: migrate
        image: shop/migrate:1.0
        envFrom:
        - configMapRef: {name: settings}
      containers:
      - name: proxy
        image: ${random.pick(['example.com:5000/proxy:1.0', 'proxy', `proxy@sha256:${'a'.repeat(64)}`])}
        ports:
        - containerPort: 8080
          name: http
        - containerPort: 8443
          protocol: TCP
      - name: app
        image: shop/cart:1.0
        args: ["--a", --b]
        env:
        - name: MODE
          value: "${random.pick(['fast', '1', 'true'])}"
        - name: KEY
          valueFrom:
            secretKeyRef: {name: creds, key: password}
        - name: FLAG
          valueFrom:
            configMapKeyRef: {name: settings, key: flag}
        resources:
          limits: {memory: 64Mi, cpu: ${random.pick(['500m', '1', '"1"'])}}
          requests: {memory: 32Mi}
        volumeMounts:
        - {name: conf, mountPath: /etc/conf}
        - {name: tmp, mountPath: /tmp}
      volumes:
      - name: conf
        configMap: {name: settings}
      - name: tmp
        emptyDir: {}
      - name: all
        projected:
          sources:
          - configMap: {name: settings}
          - secret: {name: creds}
`

const DB = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: db
        image: postgres:15
        envFrom:
        - secretRef: {name: creds}
      volumes:
      - name: creds
        secret: {secretName: creds}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
`

const SMALL = `apiVersion: v1
kind: Service
metadata: {name: cart}
spec:
  selector: {app: cart}
  ports:
  - {port: 80, targetPort: http}
  - {port: 443, targetPort: 8443, protocol: TCP}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cart}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  flag: "on"
  url: http://cart.shop.svc:80/path
  text: |
    one
      two
---
apiVersion: v1
kind: Secret
metadata: {name: creds}
type: Opaque
data: {password: aHVudGVy}
`

/** Objects that a repository may have beside those, by the name of their file. */
export const MORE: Readonly<Record<string, string>> = {
  rbac: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [configmaps, secrets], resourceNames: [settings, creds], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {kind: ServiceAccount, name: cart}
- {kind: ServiceAccount, name: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: watcher}
rules:
- {apiGroups: [apps], resources: [deployments], verbs: [list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: watcher}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: watcher}
subjects:
- {kind: ServiceAccount, name: cart, namespace: default}
- {kind: ServiceAccount, name: default, namespace: other}
- {kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}
`,
  policies: `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 2
  maxReplicas: 10
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: cart}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart}
spec:
  podSelector: {matchLabels: {app: cart}}
  ingress:
  - from:
    - podSelector: {matchLabels: {app: web}}
    - namespaceSelector: {matchLabels: {team: shop}}
  egress:
  - to:
    - podSelector: {matchLabels: {app: db}}
`,
  ingress: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  annotations:
    nginx.ingress.kubernetes.io/auth-secret: creds
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: cart, port: {number: 80}}}
  tls:
  - {hosts: [shop.example.com], secretName: creds}
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}
`,
  jobs: `apiVersion: batch/v1
kind: CronJob
metadata: {name: sweep}
spec:
  schedule: "*/5 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          initContainers:
          - {name: wait, image: busybox}
          containers:
          - name: sweep
            image: shop/sweep:1.0
            env:
            - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: flag}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: once, image: "shop/cart:1.0"}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - {name: agent, image: "shop/agent:2.0"}
---
apiVersion: v1
kind: Pod
metadata: {name: solo}
spec:
  containers:
  - {name: solo, image: "shop/cart:1.0"}
`,
  custom: `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.shop.example.com}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, properties: {containers: {type: array, items: {type: string}}}}
---
apiVersion: shop.example.com/v1
kind: Widget
metadata: {name: wheel}
spec:
  size: 3
  parts: [{name: a, count: 1}, {name: b, count: 2}]
  template:
    spec:
      containers:
      - {name: inner, image: "shop/cart:1.0"}
  settingsRef: {name: settings}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: slow}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: slow, image: "shop/cart:1.0"}
`,
  cluster: `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
- name: guard.shop.example.com
  clientConfig: {service: {name: cart, namespace: default, path: /validate}}
  sideEffects: None
  admissionReviewVersions: [v1]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.shop.example.com}
spec:
  group: shop.example.com
  version: v1
  service: {name: cart, namespace: default}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  claimRef: {name: claim}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec:
  volumeName: disk
  resources: {requests: {storage: 1Gi}}
`,
}

/** Adds one of the optional files to the base, unless it is there. */
export function need(overlay: Overlay, name: string): void {
  const path = `${BASE}/${name}.yaml`
  const text = MORE[name]
  if (text === undefined || overlay.files.has(path)) return
  overlay.files.set(path, text)
  add(overlay, BASE, 'resources', `${name}.yaml`)
}

/** What every repository begins with: a few workloads, and now and then more. */
export function addObjects(overlay: Overlay): void {
  const { random, files } = overlay
  files.set(`${BASE}/cart.yaml`, CART(random))
  files.set(`${BASE}/db.yaml`, DB)
  files.set(`${BASE}/small.yaml`, SMALL)
  add(overlay, BASE, 'resources', 'cart.yaml', 'db.yaml', 'small.yaml')
  for (const name of Object.keys(MORE)) if (random.chance(0.2)) need(overlay, name)
}

import type { Files } from './files.ts'

const HELPERS = `{{- define "service.name" -}}
{{ .Values.nameOverride | default .Release.Name }}
{{- end }}
{{- define "service.labels" -}}
app.kubernetes.io/name: {{ include "service.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
`

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "service.name" . }}
  labels: {{- include "service.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels: {{- include "service.labels" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "service.labels" . | nindent 8 }}
    spec:
      containers:
        - name: app
          image: "{{ .Values.global.registry }}/{{ .Values.image.name }}:{{ .Values.image.tag }}"
          resources: {{- toYaml .Values.resources | nindent 12 }}
        {{- if .Values.proxy.enabled }}
        - name: proxy
          image: "{{ .Values.global.registry }}/proxy:{{ .Values.proxy.tag }}"
          resources: {{- toYaml .Values.proxy.resources | nindent 12 }}
        {{- end }}
`

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ include "service.name" . }}
  labels: {{- include "service.labels" . | nindent 4 }}
spec:
  selector: {{- include "service.labels" . | nindent 4 }}
  ports:
    - port: {{ .Values.port }}
`

const AUTOSCALER = `{{- if .Values.autoscaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "service.name" . }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ include "service.name" . }}}
  minReplicas: {{ .Values.autoscaling.min }}
  maxReplicas: {{ .Values.autoscaling.max }}
{{- end }}
`

const VALUES = `global:
  registry: registry.example
replicaCount: 1
port: 8080
image:
  name: service
  tag: 1.0.0
resources:
  requests: {cpu: 50m, memory: 64Mi}
  limits:
    memory: 128Mi
proxy:
  enabled: false
  tag: 2.1.0
  resources:
    limits: {memory: 32Mi}
autoscaling:
  enabled: false
  min: 1
  max: 3
`

/** A chart of one's own, as a platform team writes it for its services. */
export function serviceChart(folder: string, name: string): Files {
  return {
    [`${folder}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
    [`${folder}/values.yaml`]: VALUES,
    [`${folder}/templates/_helpers.tpl`]: HELPERS,
    [`${folder}/templates/deployment.yaml`]: DEPLOYMENT,
    [`${folder}/templates/service.yaml`]: SERVICE,
    [`${folder}/templates/hpa.yaml`]: AUTOSCALER,
    [`${folder}/README.md`]: `# ${name}\n`,
  }
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ')

/** A chart that has two others in \`charts/\`, one of them under another name. */
export function umbrellaChart(folder: string, name: string): Files {
  return {
    [`${folder}/Chart.yaml`]: `apiVersion: v2
name: ${name}
version: 1.0.0
dependencies:
  - {name: api, version: 1.0.0}
  - {name: worker, version: 1.0.0, alias: jobs}
`,
    [`${folder}/values.yaml`]: `global:\n  registry: registry.example\napi:\n${indented('nameOverride: api\nreplicaCount: 2\n')}jobs:\n${indented('nameOverride: jobs\n')}`,
    ...serviceChart(`${folder}/charts/api`, 'api'),
    ...serviceChart(`${folder}/charts/worker`, 'worker'),
  }
}

/** A chart that renders Applications: app of apps. */
export function applicationsChart(folder: string, names: readonly string[], repoURL: string): Files {
  const list = names.map((name) => `  - ${name}`).join('\n')
  return {
    [`${folder}/Chart.yaml`]: 'apiVersion: v2\nname: platform\nversion: 1.0.0\n',
    [`${folder}/values.yaml`]: `repoURL: ${repoURL}\napps:\n${list}\n`,
    [`${folder}/templates/apps.yaml`]: `{{- range .Values.apps }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {{ . }}
  namespace: argocd
spec:
  project: default
  destination: {namespace: platform, server: https://kubernetes.default.svc}
  source:
    repoURL: {{ $.Values.repoURL }}
    targetRevision: main
    path: platform/{{ . }}
{{- end }}
`,
  }
}

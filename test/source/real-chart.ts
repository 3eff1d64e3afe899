import { memoryTree } from '../../src/source/index.ts'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "web.fullname" . }}
  labels:
    {{- include "web.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector:
    matchLabels:
      app: {{ include "web.fullname" . }}
  template:
    metadata:
      {{- with .Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      labels:
        app: {{ include "web.fullname" . }}
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          {{- with .Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
`

const HELPERS = `{{- define "web.fullname" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "web.labels" -}}
app: {{ include "web.fullname" . }}
{{- end -}}
`

const SUBCHART_VALUES = `# Defaults of the component
replicaCount: 1
image:
  repository: registry.example.com/web
  tag: ""
autoscaling:
  enabled: false
podAnnotations: {}
resources:
  limits:
    memory: 64Mi
`

/** Text of the service: two components of one subchart under aliases, a Secret that differs each time, and a rule against many replicas. */
export const CHART_FILES: Readonly<Record<string, string>> = {
  'charts/shop/Chart.yaml': `apiVersion: v2
name: shop
version: 1.0.0
appVersion: "9.9.9"
dependencies:
  - name: web
    alias: cart
    version: 0.1.0
  - name: web
    alias: checkout
    version: 0.1.0
`,
  'charts/shop/values.yaml': `cart:
  replicaCount: 2
audit:
  memoryMi: 96
  replicas: 1
`,
  'charts/shop/templates/secret.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: session
stringData:
  key: {{ randAlphaNum 32 | quote }}
`,
  'charts/shop/templates/audit.yaml': `{{- if gt (int .Values.audit.replicas) 5 }}{{ fail "audit has at most 5 replicas" }}{{ end }}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: audit
spec:
  serviceName: audit
  replicas: {{ .Values.audit.replicas }}
  selector:
    matchLabels:
      app: audit
  template:
    metadata:
      labels:
        app: audit
    spec:
      containers:
        - name: audit
          image: registry.example.com/audit:2.1.0
          resources:
            limits:
              memory: {{ .Values.audit.memoryMi }}Mi
`,
  'charts/shop/charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: "3.4.0"\n',
  'charts/shop/charts/web/values.yaml': SUBCHART_VALUES,
  'charts/shop/charts/web/templates/_helpers.tpl': HELPERS,
  'charts/shop/charts/web/templates/deployment.yaml': DEPLOYMENT,
  'envs/prod.yaml': `# production
checkout:
  image:
    tag: v3.4.1
`,
}

export const chartTree = memoryTree(CHART_FILES)

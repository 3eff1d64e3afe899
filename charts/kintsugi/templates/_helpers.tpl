{{- define "kintsugi.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "kintsugi.renderer" -}}
{{ include "kintsugi.name" . }}-renderer
{{- end -}}

{{- define "kintsugi.labels" -}}
app.kubernetes.io/name: kintsugi
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{- define "kintsugi.selector" -}}
app.kubernetes.io/name: kintsugi
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "kintsugi.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "kintsugi.name" .) }}
{{- else -}}
{{ required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- define "kintsugi.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- if .Values.image.digest -}}
{{ printf "%s@%s" .Values.image.repository .Values.image.digest | quote }}
{{- else -}}
{{ printf "%s:%s" .Values.image.repository $tag | quote }}
{{- end -}}
{{- end -}}

{{- define "kintsugi.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "kintsugi.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* The configuration that the service reads: what the operator wrote, and what the chart itself knows. */}}
{{- define "kintsugi.config" -}}
{{- $secrets := "/var/run/secrets/kintsugi/github" -}}
{{- $forge := dict "name" "github" "kind" "github" "url" .Values.github.url "appId" (int64 .Values.github.appId) "privateKeyFile" (printf "%s/private-key.pem" $secrets) -}}
{{- if .Values.webhooks.enabled -}}
{{- $_ := set $forge "webhookSecretFile" (printf "%s/webhook-secret" $secrets) -}}
{{- if .Values.webhooks.rotating -}}
{{- $_ := set $forge "webhookPreviousSecretFile" (printf "%s/webhook-secret-previous" $secrets) -}}
{{- end -}}
{{- end -}}
{{- $own := dict "forges" (list (mergeOverwrite (deepCopy .Values.github.settings) $forge)) "listen" "0.0.0.0:9090" -}}
{{- if .Values.webhooks.enabled -}}
{{- $_ := set $own "webhooks" (dict "listen" "0.0.0.0:8080" "path" .Values.webhooks.path) -}}
{{- end -}}
{{- if .Values.kserve.enabled -}}
{{- if not (or .Values.kserve.existingSecret (and .Values.networkPolicy.enabled .Values.kserve.from)) -}}
{{- fail "kserve needs existingSecret, or from with networkPolicy.enabled: else whoever reaches the Pod may ask" -}}
{{- end -}}
{{- $kserve := dict "listen" "0.0.0.0:8500" -}}
{{- if .Values.kserve.existingSecret -}}
{{- $_ := set $kserve "tokenFile" "/var/run/secrets/kintsugi/kserve/token" -}}
{{- end -}}
{{- $_ := set $own "kserve" $kserve -}}
{{- end -}}
{{- if .Values.renderer.enabled -}}
{{- $_ := set $own "renderer" (dict "url" (printf "http://%s.%s.svc:8181" (include "kintsugi.renderer" .) .Release.Namespace)) -}}
{{- end -}}
{{- mergeOverwrite (deepCopy .Values.config) $own | toYaml -}}
{{- end -}}

{{- define "preset" -}}
{{- if eq . "small" -}}
limits:
  cpu: 750m
  memory: 768Mi
requests:
  cpu: 500m
  memory: 512Mi
{{- end -}}
{{- end -}}

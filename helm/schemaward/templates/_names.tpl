{{- define "schemaward.name" -}}
{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- define "schemaward.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "schemaward.name" .) }}
{{- end }}
{{- define "schemaward.selector" -}}
app.kubernetes.io/name: schemaward
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}
{{- define "schemaward.labels" -}}
{{ include "schemaward.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

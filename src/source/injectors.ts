import { isJsonObject, type Manifest, valueAt } from '../domain/index.ts'

/** Who adds containers of these names, and the annotations by which it is asked to or says that it did. */
const INJECTORS: readonly { readonly by: string; readonly container: RegExp; readonly annotation: RegExp }[] = [
  { by: 'Istio', container: /^istio-(?:proxy|init|validation)$/, annotation: /^sidecar\.istio\.io\// },
  { by: 'Linkerd', container: /^linkerd-/, annotation: /^(?:linkerd\.io|config\.linkerd\.io)\// },
  { by: 'Vault', container: /^vault-agent/, annotation: /^vault\.hashicorp\.com\// },
  { by: 'Consul', container: /^consul-/, annotation: /^consul\.hashicorp\.com\// },
  { by: 'Dapr', container: /^daprd$/, annotation: /^dapr\.io\// },
  { by: 'Kuma', container: /^kuma-/, annotation: /^kuma\.io\// },
  { by: 'OpenTelemetry', container: /^(?:otc-container|opentelemetry-)/, annotation: /opentelemetry\.io\// },
  { by: 'Datadog', container: /^datadog-/, annotation: /^(?:ad|admission)\.datadoghq\.com\// },
]

function annotationsOf(live: Manifest): readonly string[] {
  const places = [
    ['metadata', 'annotations'],
    ['spec', 'template', 'metadata', 'annotations'],
    ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'annotations'],
  ]
  return places.flatMap((path) => {
    const annotations = valueAt(live, path)
    return isJsonObject(annotations) ? Object.keys(annotations) : []
  })
}

/** Who most likely added a container, in words; '' where nothing tells. HEURISTIC: by its name and an annotation of the object. */
export function likelyInjector(live: Manifest | undefined, container: string): string {
  const annotations = live === undefined ? [] : annotationsOf(live)
  for (const { by, container: named, annotation } of INJECTORS) {
    const telling = named.test(container) ? annotations.find((one) => annotation.test(one)) : undefined
    if (telling !== undefined) return `, most likely by ${by} (${telling})`
  }
  return ''
}

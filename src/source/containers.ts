import { isJsonObject, type JsonPath, type JsonValue, type Manifest, valueAt } from '../domain/index.ts'
import { kindOf, typeOf } from './kinds.ts'

/** A list element that is told apart by name: a container, a claim template, a variable. */
export type NamedElement = { readonly name: string; readonly list: JsonPath; readonly index: number }

export function elementsOf(manifest: Manifest, list: JsonPath, nameAt: JsonPath): readonly NamedElement[] {
  const items = valueAt(manifest, list)
  if (!Array.isArray(items)) return []
  return items.flatMap((item: JsonValue, index) => {
    const name = valueAt(item, nameAt)
    return typeof name === 'string' ? [{ name, list, index }] : []
  })
}

/** Something that has resources: a container, or a part of a custom resource. */
export type Part = {
  readonly name: string
  /** `sidecar`: an init container that keeps running. `part`: no container, but what an operator makes one of. */
  readonly role: 'main' | 'init' | 'sidecar' | 'part'
  /** Path of the map that holds `resources`. */
  readonly base: JsonPath
  /** Where the name holds its position in a list. */
  readonly element?: NamedElement
}

function containersAt(manifest: Manifest, spec: JsonPath, list: 'containers' | 'initContainers'): readonly Part[] {
  return elementsOf(manifest, [...spec, list], ['name']).map((element): Part => {
    const base = [...element.list, element.index]
    const runsOn = valueAt(manifest, [...base, 'restartPolicy']) === 'Always'
    const role = list === 'containers' ? 'main' : runsOn ? 'sidecar' : 'init'
    return { name: element.name, role, base, element }
  })
}

/** Knative calls the container so when its author gives it no name. */
function unnamed(manifest: Manifest, template: JsonPath): readonly Part[] {
  const list = [...template, 'spec', 'containers']
  const items = valueAt(manifest, list)
  const only = Array.isArray(items) && items.length === 1 && isJsonObject(items[0]) ? items[0] : undefined
  const nameless = only !== undefined && only['name'] === undefined
  return nameless && typeOf(manifest).startsWith('serving.knative.dev/')
    ? [{ name: 'user-container', role: 'main', base: [...list, 0] }]
    : []
}

function groupParts(manifest: Manifest): readonly Part[] {
  const { groups } = kindOf(manifest)
  if (groups === undefined) return []
  return elementsOf(manifest, groups.list, ['name']).flatMap((group) => {
    const spec = [...groups.list, group.index, ...groups.template, 'spec']
    const found = containersAt(manifest, spec, 'containers').find(({ name }) => name === groups.container)
    return found === undefined ? [] : [{ ...found, name: group.name }]
  })
}

/** Everything of the object that has resources: containers, then init containers, then parts of a custom resource. */
export function partsOf(manifest: Manifest): readonly Part[] {
  const { template, parts = {} } = kindOf(manifest)
  const containers =
    template === undefined
      ? []
      : [
          ...unnamed(manifest, template),
          ...containersAt(manifest, [...template, 'spec'], 'containers'),
          ...containersAt(manifest, [...template, 'spec'], 'initContainers'),
        ]
  const others = Object.entries(parts)
    .filter(([, base]) => isJsonObject(valueAt(manifest, base)))
    .map(([name, base]): Part => ({ name, role: 'part', base }))
  return [...containers, ...groupParts(manifest), ...others]
}

export type ContainerFacts = {
  readonly name: string
  /** A sidecar is one too: it stands among the init containers. */
  readonly init: boolean
  readonly image?: string
  readonly memoryLimit?: string
  readonly memoryRequest?: string
  readonly cpuLimit?: string
  readonly cpuRequest?: string
}

function text(manifest: Manifest, path: JsonPath): string | undefined {
  const value = valueAt(manifest, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** What a rendered workload declares of its containers, init containers last; empty for other kinds. Quantities as written. */
export function containersOf(manifest: Manifest): readonly ContainerFacts[] {
  const containers = partsOf(manifest).filter(({ role }) => role !== 'part')
  return containers.map(({ name, role, base }) => {
    const at = (...rest: readonly string[]): string | undefined => text(manifest, [...base, ...rest])
    const facts = {
      image: at('image'),
      memoryLimit: at('resources', 'limits', 'memory'),
      memoryRequest: at('resources', 'requests', 'memory'),
      cpuLimit: at('resources', 'limits', 'cpu'),
      cpuRequest: at('resources', 'requests', 'cpu'),
    }
    const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
    return { name, init: role === 'init' || role === 'sidecar', ...known }
  })
}

/** How the cluster's object has a container that Git's has not; undefined where it has none of that name. */
export function onlyLive(live: Manifest | undefined, name: string): 'injected' | 'ephemeral' | undefined {
  const template = live === undefined ? undefined : kindOf(live).template
  if (live === undefined || template === undefined) return undefined
  if (partsOf(live).some((part) => part.name === name)) return 'injected'
  const ephemeral = elementsOf(live, [...template, 'spec', 'ephemeralContainers'], ['name'])
  return ephemeral.some((element) => element.name === name) ? 'ephemeral' : undefined
}

import { type Application, type ApplicationOrigin, canonicalJson, type WrittenAt } from '../../domain/index.ts'
import type { NotResolved } from './written.ts'

/** Parents of parents; far above what people nest, and an end for what nests itself. */
const GENERATIONS = 8
const MOST_APPLICATIONS = 20_000

export type Found = { readonly application: Application; readonly depth: number }

function placeOf({ path, document, at }: WrittenAt): string {
  return canonicalJson([path, document, at])
}

/** The file in which the Application stands, or the ApplicationSet that generates it. */
function writtenPlace(origin: ApplicationOrigin | undefined): string | undefined {
  if (origin === undefined || origin.from === 'render') return undefined
  const at = origin.from === 'file' ? origin : origin.set.origin
  return at.from === 'file' ? placeOf(at.written) : undefined
}

/** Everything found so far. */
export class Finds {
  readonly unresolved: NotResolved[] = []
  /** Applications whose children are yet to be looked for. */
  readonly open: Found[] = []
  readonly #applications = new Map<string, Application>()
  /** Places that a kustomization renders; what it changes is no Application by itself. */
  readonly #rendered = new Map<string, WrittenAt>()
  /** Of these, the ones that a kustomization leaves as they are. */
  readonly #confirmed = new Set<string>()

  /** Takes an Application in, unless it is known already. Of one and the same in a file, the render tells the namespace. */
  add(application: Application, depth: number): void {
    const { name, namespace, manifest, origin } = application
    const file = origin?.from === 'file' ? placeOf(origin.written) : ''
    const key = canonicalJson([name, file === '' ? namespace : '', manifest['spec'] ?? null, file])
    const isNew = !this.#applications.has(key)
    if (isNew && this.#applications.size >= MOST_APPLICATIONS) return
    if (isNew || depth > 0) this.#applications.set(key, application)
    if (isNew && depth < GENERATIONS) this.open.push({ application, depth })
  }

  renders(written: WrittenAt): void {
    this.#rendered.set(placeOf(written), written)
  }

  confirms(written: WrittenAt): void {
    this.#confirmed.add(placeOf(written))
  }

  /** What could not be resolved, without files that a kustomization changes: what becomes of them is told. */
  notResolved(): readonly NotResolved[] {
    const changed = new Set<string>()
    for (const [place, { path, line }] of this.#rendered)
      if (!this.#confirmed.has(place)) changed.add(`${path}:${line}`)
    return this.unresolved.filter(({ file, line }) => line === undefined || !changed.has(`${file}:${line}`))
  }

  /** Those that are left once what kustomizations make of files stands for these files. */
  finished(): readonly Application[] {
    return [...this.#applications.values()].filter(({ origin }) => {
      const place = writtenPlace(origin)
      return place === undefined || !this.#rendered.has(place) || this.#confirmed.has(place)
    })
  }
}

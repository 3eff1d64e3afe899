import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../domain/index.ts'
import { broken } from './refusal.ts'

/** Where a kustomization is written, for messages. */
export type Origin = { readonly file: string; readonly lineOf: (path: JsonPath) => number }

/** Go's JSON reader, which kustomize uses, takes `nameprefix` for `namePrefix`. */
function isSameField(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase())
}

/**
 * A value of a kustomization file with its place. Reading it as something that it is not throws a Refusal with `file:line`; reading
 * what is absent or null gives undefined or nothing.
 */
export class Written {
  readonly value: JsonValue | undefined
  readonly path: JsonPath
  readonly origin: Origin

  constructor(value: JsonValue | undefined, path: JsonPath, origin: Origin) {
    this.value = value
    this.path = path
    this.origin = origin
  }

  /** `apps/cart/kustomization.yaml:7` */
  get at(): string {
    return `${this.origin.file}:${this.origin.lineOf(this.path)}`
  }

  get present(): boolean {
    return this.value !== undefined && this.value !== null
  }

  /** Whether there is anything in it: an empty list, map or text says nothing. */
  get filled(): boolean {
    if (!this.present || this.value === '') return false
    if (Array.isArray(this.value)) return this.value.length > 0
    return !isJsonObject(this.value) || Object.keys(this.value).length > 0
  }

  get(key: string): Written {
    const map = this.map()
    const name = Object.hasOwn(map, key) ? key : (Object.keys(map).find((one) => isSameField(one, key)) ?? key)
    return new Written(Object.hasOwn(map, name) ? map[name] : undefined, [...this.path, name], this.origin)
  }

  map(): JsonObject {
    if (!this.present) return {}
    if (!isJsonObject(this.value)) throw this.wrong('a map')
    return this.value
  }

  items(): readonly Written[] {
    if (!this.present) return []
    if (!Array.isArray(this.value)) throw this.wrong('a list')
    return this.value.map((item: JsonValue, index) => new Written(item, [...this.path, index], this.origin))
  }

  /** '' when absent. */
  text(): string {
    if (!this.present) return ''
    if (typeof this.value !== 'string') throw this.wrong('text; put it in quotes')
    return this.value
  }

  texts(): readonly { readonly text: string; readonly at: string }[] {
    return this.items().map((item) => ({ text: item.text(), at: item.at }))
  }

  /** A map of texts; empty when absent. */
  textMap(): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.keys(this.map()).map((key) => [key, this.get(key).text()]))
  }

  flag(): boolean {
    if (!this.present) return false
    if (typeof this.value !== 'boolean') throw this.wrong('true or false')
    return this.value
  }

  integer(): number {
    if (!this.present) return 0
    if (typeof this.value !== 'number' || !Number.isSafeInteger(this.value)) throw this.wrong('a whole number')
    return this.value
  }

  /** Refuses keys that real kustomize does not know either. */
  only(known: readonly string[]): void {
    for (const key of Object.keys(this.map())) {
      if (!known.some((name) => isSameField(name, key)))
        throw broken(`${this.get(key).at}: unknown field ${JSON.stringify(key)}`)
    }
  }

  private wrong(what: string): Error {
    const name =
      this.path.length === 0 ? 'a kustomization' : String(this.path.findLast((step) => typeof step === 'string'))
    return broken(`${this.at}: ${name} must be ${what}`)
  }
}

export type JsonPrimitive = string | number | boolean | null
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [key: string]: JsonValue }

/** A path of keys and list positions from the root of a document to one value. */
export type JsonPath = readonly (string | number)[]

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at `path`, or undefined when a step is missing. Never reads the prototype. */
export function valueAt(root: JsonValue | undefined, path: JsonPath): JsonValue | undefined {
  let here: JsonValue | undefined = root
  for (const step of path) {
    if (Array.isArray(here)) here = typeof step === 'number' ? here[step] : undefined
    else if (isJsonObject(here)) here = Object.hasOwn(here, step) ? here[String(step)] : undefined
    else return undefined
  }
  return here
}

/** Writes a path the way a person reads it: `spec.template.spec.containers[0].resources`. */
export function formatPath(path: JsonPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}

/** Arguments after graphql-js has held them against the schema: what is read here has the type that the schema says. */
export type Args = Readonly<Record<string, unknown>>

export function text(args: Args, name: string): string {
  const value = args[name]
  if (typeof value !== 'string') throw new TypeError(`${name} is no text`)
  return value
}

export function maybeText(args: Args, name: string): string | undefined {
  const value = args[name]
  return typeof value === 'string' ? value : undefined
}

export function number(args: Args, name: string): number {
  const value = args[name]
  if (typeof value !== 'number') throw new TypeError(`${name} is no number`)
  return value
}

export function maybeNumber(args: Args, name: string): number | undefined {
  const value = args[name]
  return typeof value === 'number' ? value : undefined
}

export function flag(args: Args, name: string): boolean {
  return args[name] === true
}

export function texts(args: Args, name: string): string[] {
  return maybeTexts(args, name) ?? []
}

export function maybeTexts(args: Args, name: string): string[] | undefined {
  const value = args[name]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined
}

export function maybeObject(args: Args, name: string): Args | undefined {
  const value = args[name]
  return isObject(value) ? value : undefined
}

export function object(args: Args, name: string): Args {
  return maybeObject(args, name) ?? {}
}

export function objects(args: Args, name: string): Args[] {
  const value = args[name]
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isObject(value: unknown): value is Args {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A container image reference in its parts; `name` is everything before tag and digest, registry and port included. */
export type ImageReference = { readonly name: string; readonly tag?: string; readonly digest?: string }

const LENGTH = 512
const NAME =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/

/** Reads a reference by the grammar of the distribution project; undefined for anything else. */
export function parseImage(text: string): ImageReference | undefined {
  if (text.length > LENGTH) return undefined
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  const rest = at < 0 ? text : text.slice(0, at)
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1)
  const tag = colon < 0 ? undefined : rest.slice(colon + 1)
  const name = colon < 0 ? rest : rest.slice(0, colon)
  if (!NAME.test(name)) return undefined
  if (tag !== undefined && !TAG.test(tag)) return undefined
  if (digest !== undefined && !DIGEST.test(digest)) return undefined
  return { name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

export function formatImage(image: ImageReference): string {
  const tag = image.tag === undefined ? '' : `:${image.tag}`
  const digest = image.digest === undefined ? '' : `@${image.digest}`
  return `${image.name}${tag}${digest}`
}

import { type Config, type FilePosition, type JsonPath, KintsugiError } from '../domain/index.ts'
import { placeOf, type Written } from '../policy/index.ts'

const written = new WeakMap<Config, { readonly file: string; readonly root: Written }>()

/** Keeps the document of a configuration for as long as the configuration itself. */
export function keepPlaces(config: Config, file: string, root: Written): void {
  written.set(config, { file, root })
}

/**
 * Where a key of a configuration stands, or the next thing around it that does; undefined where the configuration was not read from a file.
 * For what only shows when the parts are put together.
 */
export function placeInConfig(config: Config, path: JsonPath): FilePosition | undefined {
  const known = written.get(config)
  if (known === undefined) return undefined
  const { line, column } = placeOf(known.root, path)
  return { file: known.file, line, column }
}

/** KIN-2001 with the place of a key. */
export function configError(config: Config, path: JsonPath, message: string, cause?: unknown): KintsugiError {
  const at = placeInConfig(config, path)
  return new KintsugiError('KIN-2001', message, { ...(at && { at }), ...(cause !== undefined && { cause }) })
}

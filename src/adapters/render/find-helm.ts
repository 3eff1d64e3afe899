import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'

export type HelmPlace =
  | { readonly found: true; readonly file: string }
  | { readonly found: false; readonly message: string }

/** The folder that `npm run tools` fills; the same distance from the sources and from what is built of them. */
const TOOLS = resolve(import.meta.dirname, '../../../.tools')

/**
 * Looks for helm: the path that was handed in, KINTSUGI_HELM, .tools/ of the project, PATH. A place that was named and holds no program is
 * an answer, not a reason to look further: whoever named it meant it.
 */
export function findHelm(path: string | undefined, env: Readonly<Record<string, string | undefined>>): HelmPlace {
  const named = path ?? env['KINTSUGI_HELM']
  if (named !== undefined && named !== '') {
    const file = resolve(named)
    return isProgram(file)
      ? { found: true, file }
      : { found: false, message: `${named} is not a program that may be run` }
  }
  const places = [join(TOOLS, 'helm3'), join(TOOLS, 'helm4'), ...onPath('helm', env)]
  const file = places.find(isProgram)
  if (file !== undefined) return { found: true, file }
  return { found: false, message: 'helm is neither in .tools/ nor on the PATH, and KINTSUGI_HELM names none' }
}

/** What tells this file from any other in its place, without running it. */
export function identityOf(file: string): string | undefined {
  try {
    const { size, mtimeMs, ino } = statSync(file)
    return `${file} ${size} ${mtimeMs} ${ino}`
  } catch {
    return undefined
  }
}

/** Where a program of that name would be; relative entries of PATH are not looked at. */
export function onPath(name: string, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

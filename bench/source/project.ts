import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json')) || dirname(folder) === folder) return folder
  return rootAbove(dirname(folder))
}

/** The folder of the project, from the sources and from what is built of them. */
export const PROJECT: string = rootAbove(import.meta.dirname)

export const FIXTURES: string = join(PROJECT, 'test/fixtures')

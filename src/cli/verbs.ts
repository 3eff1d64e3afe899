import { explain } from './explain.ts'
import type { Verb } from './verb.ts'
import { version } from './version.ts'

/** Every command, in the order of the help. */
export const verbs: readonly Verb[] = [explain, version]

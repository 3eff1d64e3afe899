import { explain } from './explain.ts'
import { policyValidate } from './policy-validate.ts'
import type { Verb } from './verb.ts'
import { version } from './version.ts'

/** Every command, in the order of the help. */
export const verbs: readonly Verb[] = [policyValidate, explain, version]

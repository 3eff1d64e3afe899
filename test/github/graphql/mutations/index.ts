import type { Fields } from '../fields.ts'
import { checkMutations } from './checks.ts'
import { pullMutations } from './pulls.ts'
import { refMutations } from './refs.ts'
import { threadMutations } from './threads.ts'

export const mutations: Fields<unknown> = { ...refMutations, ...pullMutations, ...threadMutations, ...checkMutations }

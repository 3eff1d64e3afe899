import type { GoFunction } from './arguments.ts'
import { collections } from './collections.ts'
import { encoding } from './encoding.ts'
import { logic } from './logic.ts'
import { numbers } from './numbers.ts'
import { texts } from './texts.ts'

const named: readonly (readonly [string, GoFunction])[] = [logic, texts, collections, numbers, encoding].flatMap(
  (group) => Object.entries(group),
)

// What sprig has under a second name, which fails where the first is silent: the first fails too where it cannot go on.
const must = [
  'toJson',
  'toRawJson',
  'toPrettyJson',
  'fromJson',
  'first',
  'last',
  'rest',
  'initial',
  'append',
  'prepend',
  'has',
  'uniq',
  'without',
  'merge',
  'mergeOverwrite',
]

/** The functions of ApplicationSet templates that are built here: Go's own and sprig's, without those that ask for a time, a host or a chance. */
export const functions: ReadonlyMap<string, GoFunction> = new Map([
  ...named,
  ...named
    .filter(([name]) => must.includes(name))
    .map(([name, one]): [string, GoFunction] => [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, one]),
])

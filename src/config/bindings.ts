import type { Binding, Environment } from '../domain/index.ts'
import {
  checked,
  list,
  namespaceName,
  number,
  object,
  oneOf,
  optional,
  pathGlob,
  type Reader,
  required,
  string,
  withDefault,
} from '../policy/index.ts'
import { word } from './words.ts'

const branch = string({ form: 'a branch such as main', longest: 244 })

export const binding: Reader<Binding> = checked(
  object({
    cluster: required(word),
    project: optional(string()),
    namespace: optional(namespaceName),
    repositories: required(list(string({ longest: 2048 }), { least: 1 })),
    baseBranches: withDefault(list(branch, { least: 1 }), ['main']),
    paths: withDefault(list(pathGlob, { least: 1 }), ['**']),
  }),
  ({ project, namespace }) =>
    project === undefined && namespace === undefined
      ? [
          {
            path: [],
            message: 'a binding names a project or a namespace; without either it would bind the whole cluster',
          },
        ]
      : [],
)

export const environment: Reader<Environment> = checked(
  object({
    name: required(word),
    order: required(number({ least: 0, most: 1000, whole: true })),
    paths: withDefault(list(pathGlob), []),
    branches: withDefault(list(pathGlob), []),
    edit: withDefault(oneOf(['direct', 'promote', 'never']), 'direct'),
  }),
  ({ paths, branches }) =>
    paths.length + branches.length === 0
      ? [{ path: [], message: 'an environment needs paths or branches to be told by' }]
      : [],
)

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { buildSchema, type GraphQLSchema } from 'graphql'

let built: GraphQLSchema | undefined

/** GitHub's published schema. It takes a third of a second to build, once. */
export function githubSchema(): GraphQLSchema {
  // GitHub's own document does not pass graphql-js's rules for schemas in every corner; it is taken as it is.
  built ??= buildSchema(readFileSync(schemaFile(), 'utf8'), { assumeValidSDL: true })
  return built
}

function schemaFile(): string {
  return createRequire(import.meta.url).resolve('@octokit/graphql-schema/schema.graphql')
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { projectRoot } from '../project-root.ts'

let built: GraphQLSchema | undefined

/** GitHub's published schema. It takes a third of a second to build, once. */
export function githubSchema(): GraphQLSchema {
  // GitHub's own document does not pass graphql-js's rules for schemas in every corner; it is taken as it is.
  built ??= buildSchema(readFileSync(schemaFile(), 'utf8'), { assumeValidSDL: true })
  return built
}

/** The package lets nobody import the document. */
function schemaFile(): string {
  return join(projectRoot(), 'node_modules/@octokit/graphql-schema/schema.graphql')
}

import { schema as github } from '@octokit/graphql-schema'
import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { MUTATION_PARTS, mutationDocument } from '../../../../src/adapters/github/http/documents/mutations.ts'
import * as pull from '../../../../src/adapters/github/http/documents/pull.ts'
import { headsDocument, MORE, repositoryDocument } from '../../../../src/adapters/github/http/documents/repository.ts'
import { costOf } from './cost-of.ts'

const schema = buildSchema(github.idl, { assumeValidSDL: true })

const documents: Readonly<Record<string, string>> = {
  'R of nothing': repositoryDocument({ heads: 0, labels: 0, issues: false }),
  'R of all': repositoryDocument({ heads: 20, labels: 5, issues: true }),
  ...Object.fromEntries(Object.entries(MORE).map(([name, text]) => [`more ${name}`, text])),
  ...Object.fromEntries(
    Object.entries(pull.MORE_OF_PULL).map(([name, text]) => [`more ${name} of a pull request`, text]),
  ),
  pull: pull.PULL,
  'pulls of a branch': pull.PULLS_OF,
  'id of a pull request': pull.PULL_ID,
  'id of a repository': pull.REPOSITORY_ID,
  checks: pull.CHECKS,
  'more heads': headsDocument(50),
  'what waits': pull.AWAITING_OF,
  commit: pull.ONE_COMMIT,
  touching: pull.TOUCHING,
  ids: pull.idsDocument(2, 2),
  'ids of people': pull.idsDocument(0, 1),
  W: mutationDocument('Write', ['branch', 'commit', 'pull']),
  A: mutationDocument('Adorn', ['labels', 'reviews', 'check']),
  ...Object.fromEntries(MUTATION_PARTS.map((part) => [part, mutationDocument('One', [part])])),
}

describe("documents against GitHub's published schema", () => {
  it.each(Object.entries(documents))('%s is valid', (_, text) => {
    expect(validate(schema, parse(text)).map((error) => error.message)).toEqual([])
  })

  it('costs what the docstring of R says', () => {
    const points = (heads: number) => costOf(repositoryDocument({ heads, labels: 5, issues: true }))
    expect(points(0)).toMatchInlineSnapshot(`11`)
    expect(points(20)).toMatchInlineSnapshot(`29`)
  })
})

import type {
  AdornAnswer,
  AdornDocument,
  ApiCheckRun,
  GitHubApi,
  Last,
  Outcome,
  Refusal,
  WriteAnswer,
  WriteDocument,
} from '../api.ts'
import type { Priority } from './budget.ts'
import { type MutationPart, mutationDocument } from './documents/mutations.ts'
import { idsDocument, REPOSITORY_ID } from './documents/pull.ts'
import { commitOf } from './facts.ts'
import { type Graphql, type GraphqlAnswer, outcomeOf, queried } from './graphql.ts'
import type { Node } from './json.ts'
import type { Memory } from './memory.ts'
import { completePull, type Repository } from './pulls.ts'
import { SIZES, tooLong } from './sizes.ts'

export type Writing = {
  readonly graphql: Graphql
  readonly repository: Repository
  readonly memory: Memory
  readonly made: (branch: string) => void
}

type Inputs = Partial<Record<MutationPart, Readonly<Record<string, unknown>>>>

export async function mutate(
  writing: Writing,
  name: string,
  inputs: Inputs,
  priority: Priority,
  step: 'write' | 'merge' = 'write',
  last?: Last,
): Promise<GraphqlAnswer> {
  // The cast: keys of Inputs are parts.
  const parts = Object.keys(inputs) as MutationPart[]
  return writing.graphql({
    name,
    text: mutationDocument(name, parts),
    variables: inputs,
    step,
    write: { priority, content: parts.length },
    last,
  })
}

async function repositoryId({ graphql, repository, memory }: Writing): Promise<string | undefined> {
  if (memory.repositoryId === undefined) {
    const data = await queried(graphql, {
      name: 'RepositoryId',
      text: REPOSITORY_ID,
      variables: { ...repository },
      step: 'read',
    })
    memory.repositoryId = data?.nodeOr('repository')?.text('id')
  }
  return memory.repositoryId
}

const GONE: Refusal = { kind: 'not-found', status: 404, text: 'the repository cannot be seen' }

export async function write(writing: Writing, document: WriteDocument): Promise<WriteAnswer> {
  const long = tooLong([
    ['title', document.pull?.title, SIZES.title],
    ['body', document.pull?.body, SIZES.body],
  ])
  const bytes = document.commit?.files.reduce((sum, file) => sum + file.content.byteLength, 0) ?? 0
  if (long !== undefined) return refuseAll(document, long)
  if (bytes > SIZES.commitBytes)
    return refuseAll(document, {
      kind: 'invalid',
      status: 422,
      text: `files of ${bytes} bytes are too much for one commit`,
    })
  const id = await repositoryId(writing)
  if (id === undefined) return refuseAll(document, GONE)
  const inputs = inputsOf(writing, document, id)
  const answer = await mutate(writing, 'Write', inputs, document.urgent === true ? 'merge' : 'open')
  if (document.branch !== undefined && answer.data?.has('branch')) writing.made(document.branch.name)
  return {
    ...(document.branch === undefined ? {} : { branch: outcomeOf(answer, 'branch', () => null) }),
    ...(document.commit === undefined
      ? {}
      : { commit: outcomeOf(answer, 'commit', (node) => commitOf(node.node('commit'))) }),
    ...(document.pull === undefined ? {} : { pull: await pullMade(writing, answer) }),
  }
}

async function pullMade(writing: Writing, answer: GraphqlAnswer): Promise<NonNullable<WriteAnswer['pull']>> {
  const made = outcomeOf(answer, 'pull', (node) => node.node('pullRequest'))
  return made.ok
    ? { ok: true, value: await completePull(writing.graphql, writing.repository, made.value, false) }
    : made
}

function refuseAll(document: WriteDocument, refusal: Refusal): WriteAnswer {
  const refused = { ok: false as const, refusal }
  return {
    ...(document.branch === undefined ? {} : { branch: refused }),
    ...(document.commit === undefined ? {} : { commit: refused }),
    ...(document.pull === undefined ? {} : { pull: refused }),
  }
}

function inputsOf({ repository }: Writing, { branch, commit, pull }: WriteDocument, repositoryId: string): Inputs {
  return {
    ...(branch === undefined ? {} : { branch: { repositoryId, name: `refs/heads/${branch.name}`, oid: branch.oid } }),
    ...(commit === undefined ? {} : { commit: commitInput(repository, commit) }),
    ...(pull === undefined
      ? {}
      : {
          pull: {
            repositoryId,
            headRefName: pull.branch,
            baseRefName: pull.base,
            title: pull.title,
            body: pull.body,
            draft: pull.draft,
            maintainerCanModify: false,
          },
        }),
  }
}

function commitInput(
  { owner, name }: Repository,
  commit: NonNullable<WriteDocument['commit']>,
): Readonly<Record<string, unknown>> {
  const end = commit.message.indexOf('\n')
  const headline = end < 0 ? commit.message : commit.message.slice(0, end)
  const body = end < 0 ? '' : commit.message.slice(end + 1).replace(/^\n/, '')
  return {
    branch: { repositoryNameWithOwner: `${owner}/${name}`, branchName: commit.branch },
    expectedHeadOid: commit.expectedHead,
    message: { headline, ...(body === '' ? {} : { body }) },
    // `additions: null` passes GitHub's validation and fails inside: lists are always given.
    fileChanges: {
      additions: commit.files.map(({ path, content }) => ({ path, contents: Buffer.from(content).toString('base64') })),
      deletions: (commit.deletions ?? []).map((path) => ({ path })),
    },
  }
}

export async function adorn(writing: Writing, document: AdornDocument): Promise<AdornAnswer> {
  const refused = document.check === undefined ? undefined : checkTooLong(document.check)
  const { labels, people } = await idsOf(writing, document)
  const id = await repositoryId(writing)
  const check = refused === undefined && id !== undefined ? document.check : undefined
  const inputs: Inputs = {
    ...(labels.size === 0 ? {} : { labels: { labelableId: document.pull.id, labelIds: [...labels.values()] } }),
    ...(people.size === 0
      ? {}
      : { reviews: { pullRequestId: document.pull.id, userIds: [...people.values()], union: true } }),
    ...(check === undefined ? {} : { check: { repositoryId: id, ...checkInput(check) } }),
  }
  const missing = [
    ...document.labels.filter((one) => !labels.has(one)),
    ...document.reviewers.filter((one) => !people.has(one)),
  ]
  if (Object.keys(inputs).length === 0)
    return refused === undefined ? { missing } : { missing, check: { ok: false, refusal: refused } }
  const answer = await mutate(writing, 'Adorn', inputs, 'check')
  const done = (part: string): boolean => outcomeOf(answer, part, () => null).ok
  return {
    missing: [
      ...missing,
      ...(labels.size > 0 && !done('labels') ? labels.keys() : []),
      ...(people.size > 0 && !done('reviews') ? people.keys() : []),
    ],
    ...(refused === undefined ? {} : { check: { ok: false, refusal: refused } }),
    ...(check === undefined
      ? {}
      : { check: outcomeOf(answer, 'check', (node) => ({ id: String(node.node('checkRun').number('databaseId')) })) }),
  }
}

/** Ids of what is asked for: mostly known from R, and otherwise one request. A team is left to CODEOWNERS. */
async function idsOf({ graphql, repository, memory }: Writing, document: AdornDocument) {
  const people = document.reviewers.filter((one) => !one.includes('/'))
  const newLabels = document.labels.filter((one) => !memory.labels.has(one))
  const newPeople = people.filter((one) => !memory.people.has(one))
  if (newLabels.length + newPeople.length > 0) {
    const data = await queried(graphql, {
      name: 'Ids',
      text: idsDocument(newLabels.length, newPeople.length),
      variables: {
        ...repository,
        ...Object.fromEntries(newLabels.map((label, at) => [`label${at}`, label])),
        ...Object.fromEntries(newPeople.map((login, at) => [`person${at}`, login])),
      },
      step: 'read',
    })
    remember(memory.labels, newLabels, (at) => data?.nodeOr('repository')?.nodeOr(`label${at}`))
    remember(memory.people, newPeople, (at) => data?.nodeOr(`person${at}`))
  }
  return { labels: known(memory.labels, document.labels), people: known(memory.people, people) }
}

function remember(
  ids: Map<string, string | undefined>,
  names: readonly string[],
  node: (at: number) => Node | undefined,
): void {
  for (const [at, name] of names.entries()) ids.set(name, node(at)?.textOr('id'))
}

function known(ids: ReadonlyMap<string, string | undefined>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    names.flatMap((name): [string, string][] => {
      const id = ids.get(name)
      return id === undefined ? [] : [[name, id]]
    }),
  )
}

export function checkTooLong(run: ApiCheckRun): Refusal | undefined {
  return tooLong([
    ['name', run.name, SIZES.checkTitle],
    ['title', run.title, SIZES.checkTitle],
    ['summary', run.summary, SIZES.checkText],
    ['text', run.text, SIZES.checkText],
  ])
}

function checkInput(run: ApiCheckRun): Readonly<Record<string, unknown>> {
  return {
    headSha: run.sha,
    name: run.name,
    status: run.status.toUpperCase(),
    ...(run.conclusion === undefined ? {} : { conclusion: run.conclusion.toUpperCase() }),
    ...(run.externalId === undefined ? {} : { externalId: run.externalId }),
    output: { title: run.title, summary: run.summary, ...(run.text === undefined ? {} : { text: run.text }) },
  }
}

const NO_OBJECT = '0'.repeat(40)

export async function moveBranches(
  writing: Writing,
  changes: Parameters<GitHubApi['moveBranches']>[0],
): Promise<Outcome<null>> {
  const id = await repositoryId(writing)
  if (id === undefined) return { ok: false, refusal: GONE }
  const refUpdates = changes.map(({ name, from, to }) => ({
    name: `refs/heads/${name}`,
    beforeOid: from,
    afterOid: to ?? NO_OBJECT,
    ...(to === undefined ? {} : { force: true }),
  }))
  const answer = await mutate(writing, 'MoveBranches', { refs: { repositoryId: id, refUpdates } }, 'comment')
  return outcomeOf(answer, 'refs', () => null)
}

export async function updateComment(writing: Writing, id: string, body: string): Promise<Outcome<null>> {
  const long = tooLong([['body', body, SIZES.body]])
  if (long !== undefined) return { ok: false, refusal: long }
  return outcomeOf(await mutate(writing, 'UpdateComment', { comment: { id, body } }, 'comment'), 'comment', () => null)
}

const REACTIONS = { '+1': 'THUMBS_UP', '-1': 'THUMBS_DOWN', eyes: 'EYES', confused: 'CONFUSED' } as const

export async function react(
  writing: Writing,
  subjectId: string,
  content: keyof typeof REACTIONS,
): Promise<Outcome<null>> {
  const answer = await mutate(writing, 'React', { reaction: { subjectId, content: REACTIONS[content] } }, 'comment')
  return outcomeOf(answer, 'reaction', () => null)
}

import type { Role } from '../accounts.ts'
import { branchRef, moveBranches } from '../branches.ts'
import { createRepository } from '../establish.ts'
import { mustCommit, writeCommit } from '../git/commits.ts'
import { resolveRef } from '../git/refs.ts'
import { changeTree, EMPTY_TREE, writeBlobs } from '../git/trees.ts'
import { stampOf } from '../merging.ts'
import { roleOf } from '../permissions.ts'
import type { Repository, RepositorySettings } from '../repositories.ts'
import type { BypassActor, Rule } from '../rules.ts'
import { createLabel } from '../threads.ts'
import type { Gap, World } from '../world.ts'
import { accountNamed, repositoryNamed } from './named.ts'

/** Path to new content; null takes the file away. */
export type Files = Readonly<Record<string, string | null>>

export type Push = {
  readonly repo: string
  readonly branch: string
  readonly files: Files
  /** Login of who commits and pushes. */
  readonly by: string
  readonly message?: string
  /** Where the branch starts or is moved to: a branch or commit; the branch itself, or else the default branch, where absent. */
  readonly from?: string
  /** Past all rules, as an administrator who may bypass them. */
  readonly bypass?: boolean
  /** Modes of files that are no plain ones: what a link names is its content, and so is the commit of a submodule. */
  readonly modes?: Readonly<Record<string, '100755' | '120000' | '160000'>>
  /** Signed in GitHub's name, as a commit made on its web pages. */
  readonly signed?: boolean
}

async function push(world: World, input: Push): Promise<{ readonly oid: string }> {
  const repo = repositoryNamed(world, input.repo)
  const ref = branchRef(input.branch)
  const before = await resolveRef(repo.gitDir, ref)
  const parent = await startOf(repo, input, before)
  const account = accountNamed(world, input.by)
  const written = Object.entries(input.files).filter((entry): entry is [string, string] => entry[1] !== null)
  const oids = await writeBlobs(
    repo.gitDir,
    written.map(([, content]) => content),
  )
  const gone = Object.keys(input.files).filter((path) => input.files[path] === null)
  const changes = [
    ...gone.map((path) => ({ path, mode: '100644', oid: undefined })),
    ...written.map(([path, content], at) => {
      const mode = input.modes?.[path] ?? '100644'
      return { path, mode, oid: mode === '160000' ? content : oids[at] }
    }),
  ]
  const base = parent === undefined ? EMPTY_TREE : (await mustCommit(repo.gitDir, parent)).tree
  const oid = await writeCommit(world, repo.gitDir, {
    tree: await changeTree(repo.gitDir, base, changes),
    parents: parent === undefined ? [] : [parent],
    author: stampOf(world, account),
    committer: stampOf(world, account),
    message: input.message ?? `change ${Object.keys(input.files).join(', ')}`,
    signed: input.signed ?? false,
  })
  await land(world, repo, input, before, oid)
  return { oid }
}

async function startOf(repo: Repository, input: Push, before: string | undefined): Promise<string | undefined> {
  if (input.from === undefined) return before ?? resolveRef(repo.gitDir, branchRef(repo.defaultBranch))
  return (await resolveRef(repo.gitDir, branchRef(input.from))) ?? (await mustCommit(repo.gitDir, input.from)).oid
}

async function land(world: World, repo: Repository, input: Push, before: string | undefined, after: string) {
  const account = accountNamed(world, input.by)
  const rulesets = repo.rulesets
  if (input.bypass) repo.rulesets = []
  try {
    const moved = await moveBranches(world, repo, { account, workflows: true }, [
      { ref: branchRef(input.branch), before, after },
    ])
    if (!moved.ok) throw new Error(`the push was refused: ${moved.text}`)
  } finally {
    repo.rulesets = rulesets
  }
}

export type NewRepositoryInput = {
  readonly owner: string
  readonly name: string
  readonly files?: Files
  readonly private?: boolean
  readonly settings?: Partial<RepositorySettings>
  readonly roles?: Readonly<Record<string, Role>>
  readonly labels?: readonly string[]
}

/** Repositories, pushes and rules, as a test sets them up. */
export const codeControls = {
  async createRepository(world: World, input: NewRepositoryInput) {
    const repo = await createRepository(world, input)
    for (const login of Object.keys(input.roles ?? {})) accountNamed(world, login)
    for (const label of input.labels ?? []) createLabel(world, repo, label)
    const repository = `${repo.owner}/${repo.name}`
    const founder = Object.keys(input.roles ?? {}).find((login) => roleOf(world, repo, login) === 'admin') ?? 'founder'
    const first = { repo: repository, branch: repo.defaultBranch, by: founder, message: 'first commit' }
    const { oid } = await push(world, { ...first, files: input.files ?? { 'README.md': `# ${repo.name}\n` } })
    return { id: repo.id, oid }
  },

  push,

  async deleteBranch(world: World, input: { readonly repo: string; readonly branch: string; readonly by: string }) {
    const repo = repositoryNamed(world, input.repo)
    const ref = branchRef(input.branch)
    const change = { ref, before: await resolveRef(repo.gitDir, ref), after: undefined }
    const mover = { account: accountNamed(world, input.by), workflows: true }
    const moved = await moveBranches(world, repo, mover, [change])
    if (!moved.ok) throw new Error(`the branch was not deleted: ${moved.text}`)
    return {}
  },

  /** Replaces the rules of the same pattern and kind; no rules take them away. */
  setRules(
    world: World,
    input: {
      readonly repo: string
      readonly pattern: string
      readonly rules: readonly Rule[]
      readonly classic?: boolean
      readonly name?: string
      readonly bypass?: readonly BypassActor[]
    },
  ) {
    const repo = repositoryNamed(world, input.repo)
    const classic = input.classic ?? false
    repo.rulesets = repo.rulesets.filter((set) => set.pattern !== input.pattern || set.classic !== classic)
    if (input.rules.length === 0) return {}
    const { pattern, rules, bypass = [], name = `rules of ${pattern}` } = input
    repo.rulesets.push({ id: world.nextId(), name, pattern, classic, rules, bypass })
    return {}
  },

  setSettings(
    world: World,
    input: {
      readonly repo: string
      readonly settings?: Partial<RepositorySettings>
      readonly private?: boolean
      readonly archived?: boolean
    },
  ) {
    const repo = repositoryNamed(world, input.repo)
    Object.assign(repo.settings, input.settings ?? {})
    if (input.private !== undefined) repo.private = input.private
    if (input.archived !== undefined) repo.archived = input.archived
    const sender = accountNamed(world, repo.owner)
    const action = input.archived ? 'archived' : 'edited'
    world.events.emit({ event: 'repository', action, repository: repo, sender })
    return {}
  },

  createLabel(world: World, input: { readonly repo: string; readonly name: string }) {
    return { id: createLabel(world, repositoryNamed(world, input.repo), input.name).id }
  },

  /** What happens at a point inside the next merge, once. Nothing takes it away. */
  setGap(world: World, input: { readonly gap: Gap; readonly push?: Push }) {
    const { gap, push: order } = input
    world.gaps.delete(gap)
    if (!order) return {}
    world.gaps.set(gap, async () => {
      world.gaps.delete(gap)
      await push(world, order)
    })
    return {}
  },
}

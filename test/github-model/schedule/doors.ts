import { peopleOf } from '../people.ts'
import type { ModelRepository } from '../repository.ts'
import type { Actor } from '../state.ts'
import { PREFIX } from './incidents.ts'

export const BOT = { login: 'kintsugi', kind: 'app', appId: 7 } as const
export const CI = { login: 'ci', kind: 'app', appId: 9 } as const
export const PERSON: Actor = { login: 'rita', kind: 'user' }
export const STRANGER: Actor = { login: 'sam', kind: 'user' }

/** What happens in a schedule beside the bots, on the model and on the stand-in alike. Numbers are of pull requests. */
export interface Doors {
  /** A commit on top of a branch with plain git; made from `main` where there is none. */
  push(branch: string, files: Readonly<Record<string, string>>, asBot?: boolean): Promise<void>
  deleteBranch(branch: string): Promise<void>
  updateBranch(number: number): Promise<void>
  editBody(number: number, body: string): Promise<void>
  /** The first comment of the bot there, if any. */
  editBotComment(number: number, body: string): Promise<void>
  comment(number: number, body: string): Promise<void>
  close(number: number): Promise<void>
  reopen(number: number): Promise<void>
  merge(number: number): Promise<void>
  approve(number: number): Promise<void>
  /** A pull request of a person from an own branch of this repository. */
  openPull(branch: string, title: string, body: string): Promise<void>
  check(sha: string, state: 'running' | 'success' | 'failure'): Promise<void>
  /** A commit status of the same name as the required check, by somebody who may only push. */
  forgeStatus(sha: string): Promise<void>
  /** Open pull requests of a branch, and what branches show: what a person would see before acting. */
  sight(): Promise<Sight>
}

export type Sight = {
  readonly branches: ReadonlyMap<string, string>
  /** All of them, oldest first. */
  readonly pulls: readonly {
    readonly number: number
    readonly branch: string
    readonly state: 'open' | 'merged' | 'closed'
    readonly headOid: string
    readonly body: string
  }[]
}

export function modelDoors(repository: ModelRepository, ciApp: number): Doors {
  const people = peopleOf(repository)
  return {
    async push(branch, files, asBot = false) {
      people.push(PERSON, branch, files, asBot ? { as: { login: BOT.login, kind: 'app' } } : {})
    },
    deleteBranch: async (branch) => void people.deleteBranch(PERSON, branch),
    updateBranch: async (number) => void people.updateBranch(PERSON, number),
    editBody: async (number, body) => void people.edit(PERSON, number, { body }),
    async editBotComment(number, body) {
      const comment = repository.state.pulls.get(number)?.comments.find(({ author }) => author.login === BOT.login)
      if (comment !== undefined) people.editComment(PERSON, comment.id, body)
    },
    comment: async (number, body) => void people.comment(PERSON, number, body),
    close: async (number) => void people.close(PERSON, number),
    reopen: async (number) => void people.reopen(PERSON, number),
    merge: async (number) => void people.merge(PERSON, number),
    approve: async (number) => people.review(PERSON, number, 'approved'),
    async openPull(branch, title, body) {
      people.push(PERSON, branch, { 'notes.md': `${title}\n` })
      people.open(PERSON, { branch, base: 'main', title, body, draft: false })
    },
    check: async (sha, state) => people.check({ ...CI, appId: ciApp }, { name: 'ci', sha, state }),
    forgeStatus: async (sha) => people.status(PERSON, { name: 'ci', sha, state: 'success' }),
    async sight() {
      const { branches, pulls } = repository.state
      return {
        branches: new Map([...branches].filter(([name]) => name === 'main' || name.startsWith(`${PREFIX}/`))),
        pulls: [...pulls.values()],
      }
    },
  }
}

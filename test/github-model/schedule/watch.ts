import type { Account } from '../../../src/domain/index.ts'
import type { Call } from '../api.ts'
import type { Commit } from '../objects.ts'
import { type ModelRepository, openPulls } from '../repository.ts'
import type { CommentState, PullState, State } from '../state.ts'
import { PREFIX } from './incidents.ts'

/** Reads that show the texts of pull requests. */
const SHOWS_PULLS: ReadonlySet<string> = new Set(['repository', 'pull', 'pullsOf'])

/** Holds every step of a schedule against what must never happen. Gathers sentences. */
export class Watch {
  readonly violations: string[] = []
  readonly #repository: ModelRepository
  readonly #bot: string
  readonly #judged = new Set<string>()
  /** The newest version that each process has read. */
  readonly #seen = new Map<string, number>()
  #checked = 0

  constructor(repository: ModelRepository, bot: string) {
    this.#repository = repository
    this.#bot = bot
  }

  judged(pull: number, sha: string): void {
    this.#judged.add(`${pull} ${sha}`)
  }

  /** A call of a bot, with the versions before and after it. */
  saw(process: string, call: Call, from: number, to: number): void {
    if (SHOWS_PULLS.has(call.method)) this.#seen.set(process, Math.max(from, this.#seen.get(process) ?? 0))
    for (let version = from; version < to; version += 1) this.#wrote(process, call, version)
  }

  /** Looks at all versions since the last time. */
  step(): void {
    const { history } = this.#repository
    for (; this.#checked < history.length; this.#checked += 1) {
      const state = history[this.#checked]
      if (state !== undefined) this.#onePerLane(state)
    }
  }

  isOurs(commit: Commit): boolean {
    return this.#isBot(commit.author) && commit.verified
  }

  /** GitHub's own merge of the base into a branch of ours, with nothing else in it. */
  #isUpdate(commit: Commit): boolean {
    const [ours, base] = commit.parents
    if (!commit.verified || ours === undefined || base === undefined) return false
    return this.#repository.objects.merged(ours, base) === commit.tree
  }

  /** Whether a branch holds nothing that is not ours. */
  isClean(state: State, head: string): boolean {
    const base = state.branches.get('main')
    return this.#repository.objects.between(base, head).every((one) => this.isOurs(one) || this.#isUpdate(one))
  }

  #isBot(account: Account | undefined): boolean {
    return account?.login === this.#bot && account.kind === 'app'
  }

  #onePerLane(state: State): void {
    const counts = new Map<string, number>()
    for (const pull of openPulls(state)) {
      if (this.#isBot(pull.author)) counts.set(pull.branch, (counts.get(pull.branch) ?? 0) + 1)
    }
    for (const [branch, count] of counts) {
      if (count > 1) this.violations.push(`${count} open pull requests of ${branch} at version ${state.version}`)
    }
  }

  #wrote(process: string, call: Call, version: number): void {
    const { history } = this.#repository
    const [before, after] = [history[version], history[version + 1]]
    if (before === undefined || after === undefined) return
    const say = (text: string): void => {
      this.violations.push(`${process} ${call.method} #${call.count} at version ${version}: ${text}`)
    }
    this.#branches(before, after, say)
    for (const [number, pull] of after.pulls) {
      const old = before.pulls.get(number)
      if (old !== undefined && old !== pull) this.#pull(old, pull, process, say)
    }
  }

  #branches(before: State, after: State, say: (text: string) => void): void {
    for (const [name, head] of before.branches) {
      const now = after.branches.get(name)
      if (now === head) continue
      if (name === 'main') this.#base(before, after, say)
      else if (!name.startsWith(`${PREFIX}/`)) say(`${name} was moved`)
      else if (name !== `${PREFIX}/audit` && !this.isClean(before, head) && !mergedAt(after, name, head)) {
        say(`${name} was moved off commits of somebody else`)
      }
    }
  }

  #base(before: State, after: State, say: (text: string) => void): void {
    const merged = [...after.pulls.values()].filter(
      ({ number, state }) => state === 'merged' && before.pulls.get(number)?.state === 'open',
    )
    if (merged.length === 0) say('the base was moved without a merge')
    for (const pull of merged) {
      if (!this.#isBot(pull.author)) say(`a pull request of ${pull.author.login} was merged`)
      if (!this.#judged.has(`${pull.number} ${pull.headOid}`))
        say(`#${pull.number} was merged at a sha that nobody judged`)
      if (!this.isClean(before, pull.headOid)) say(`#${pull.number} was merged with commits of somebody else`)
    }
  }

  #pull(old: PullState, pull: PullState, process: string, say: (text: string) => void): void {
    const lastSeen = this.#seen.get(process) ?? 0
    const theirs = !this.#isBot(old.author)
    if (theirs && (old.state !== pull.state || old.body !== pull.body || old.title !== pull.title)) {
      say(`#${old.number} of ${old.author.login} was changed`)
    }
    const editor = old.bodyEditor
    if (editor !== undefined && !this.#isBot(editor) && old.body !== pull.body && this.#since(old) <= lastSeen) {
      say(`the body of #${old.number} that ${editor.login} edited was overwritten`)
    }
    for (const comment of old.comments) this.#comment(old, comment, pull, lastSeen, say)
  }

  #comment(
    old: PullState,
    comment: CommentState,
    pull: PullState,
    lastSeen: number,
    say: (text: string) => void,
  ): void {
    const now = pull.comments.find(({ id }) => id === comment.id)
    if (now?.body === comment.body) return
    const byPerson = comment.editor !== undefined && !this.#isBot(comment.editor)
    if (!this.#isBot(comment.author)) say(`a comment of ${comment.author.login} on #${old.number} was changed`)
    else if (byPerson && this.#firstWith(old.number, comment) <= lastSeen) {
      say(`a comment on #${old.number} that ${comment.editor?.login} edited was overwritten`)
    }
  }

  /** The first version with this body. */
  #since(pull: PullState): number {
    const { history } = this.#repository
    return history.findIndex((state) => state.pulls.get(pull.number)?.body === pull.body)
  }

  #firstWith(number: number, comment: CommentState): number {
    const { history } = this.#repository
    return history.findIndex((state) =>
      state.pulls.get(number)?.comments.some((one) => one.id === comment.id && one.body === comment.body),
    )
  }
}

/** Where the repository deletes head branches, a merge takes the branch with it. */
function mergedAt(state: State, branch: string, head: string): boolean {
  return [...state.pulls.values()].some(
    (pull) => pull.branch === branch && pull.headOid === head && pull.state === 'merged',
  )
}

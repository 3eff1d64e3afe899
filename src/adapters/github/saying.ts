import { type Conclusion, KintsugiError, keepConclusion, type Lane } from '../../domain/index.ts'
import type { ApiIssue, ApiPull, Outcome } from './api.ts'
import { isOurs, isSelf, isUntouched } from './authority.ts'
import { ask, type Desk, inTurn, justWritten, noteWritten } from './desk.ts'
import { answers, answerText, issueKey, issueKeyIn, issueText, livingText, readAnswer, readLiving } from './marks.ts'
import { wordsOf } from './refusals.ts'
import { rounds } from './rounds.ts'
import { livingOf } from './showing.ts'

function parked(what: string): KintsugiError {
  return new KintsugiError('KIN-4003', `${what}: GitHub gave unclear answers three times`, { retryable: true })
}

/** The value of a write that GitHub has no reason to refuse. */
function accepted<Value>(what: string, outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value
  const code = outcome.refusal.kind === 'archived' || outcome.refusal.kind === 'forbidden' ? 'KIN-4005' : 'KIN-4003'
  throw new KintsugiError(code, `${what}: ${wordsOf(outcome.refusal)}`)
}

/** Runs one thing that is said, in its turn and in rounds. */
async function settled(desk: Desk, key: string, run: (mayWrite: boolean) => Promise<true | undefined>): Promise<void> {
  await inTurn(desk, key, async () => {
    if ((await rounds(desk, ({ mayWrite }) => run(mayWrite))) === undefined) throw parked(key)
  })
}

/** The living comment of a pull request of ours. What somebody else wrote over is left as they wrote it. */
export async function comment(desk: Desk, number: number, text: string): Promise<void> {
  const key = `comment ${number}`
  await settled(desk, key, async (mayWrite) => {
    const pull = await desk.api.pull(number)
    if (pull === undefined || !isOurs(desk, pull)) return true
    const there = livingComment(desk, pull, key)
    const body = livingText(keepConclusion(there?.text, text))
    if (there?.body === body) return true
    if (!mayWrite) return undefined
    if (there !== undefined) {
      const changed = await desk.api.updateComment(there.id, body)
      if (isGone(desk, key, changed)) return undefined
      accepted(key, changed)
    }
    const id = there?.id ?? accepted(key, await desk.api.createComment(number, body)).id
    noteWritten(desk, key, id, body)
    return true
  })
}

/** Somebody has deleted it meanwhile: then it is looked for, and made anew. */
function isGone(desk: Desk, key: string, outcome: Outcome<unknown>): boolean {
  const gone = !outcome.ok && outcome.refusal.kind === 'not-found'
  if (gone) desk.hints.written.delete(key)
  return gone
}

type Living = { readonly id: string; readonly body: string; readonly text: string | undefined }

function livingComment(desk: Desk, pull: ApiPull, key: string): Living | undefined {
  const shown = livingOf(desk, pull)
  if (shown !== undefined) return { id: shown.id, body: shown.body, text: readLiving(shown.body) }
  const written = justWritten(desk, key)
  // A list may not show yet what this very process has just made. One that it does show is not ours any more.
  if (written === undefined || pull.comments.some(({ id }) => id === written.id)) return undefined
  return { id: written.id, body: written.text, text: readLiving(written.text) }
}

/** The verdict stands in the living comment's hidden block, where it is read back from. */
export async function conclude(desk: Desk, number: number, _conclusion: Conclusion, text: string): Promise<void> {
  await comment(desk, number, text)
}

/** Title of a living issue. Names are anybody's: what is not plain is left out, and the cluster too, since the repository may be public. */
function titleOf(about: About): string {
  if ('dashboard' in about) return 'Kintsugi dashboard'
  const parts = about.lane.split('/').map((part) => part.replace(/[^\w.-]+/g, '-'))
  return `Kintsugi note: ${parts.slice(1).join('/')}`.slice(0, 200)
}

export type About = { readonly lane: Lane } | { readonly dashboard: true }

/** The living issue of a lane, or the dashboard. Nothing is said where issues are switched off, or where a person has closed it. */
export async function note(desk: Desk, about: About, text: string): Promise<void> {
  const key = issueKey(about)
  await settled(desk, `issue ${key}`, async (mayWrite) => {
    if (desk.hints.issues === false) return true
    const body = issueText(key, text)
    const there = await livingIssue(desk, key, titleOf(about))
    if (there !== undefined && (there.body === body || there.closedByPerson)) return true
    if (!mayWrite) return undefined
    if (there !== undefined) {
      const changed = await desk.api.updateIssue(there.number, { body })
      if (isGone(desk, `issue ${key}`, changed)) return undefined
      accepted(`issue ${there.number}`, changed)
      noteWritten(desk, `issue ${key}`, String(there.number), body)
      return true
    }
    if (!(await ask(desk, { base: '' })).issues) return true
    const title = titleOf(about)
    const made = accepted('a living issue', await desk.api.createIssue({ title, body, labels: [desk.label] }))
    noteWritten(desk, `issue ${key}`, String(made.number), body)
    return true
  })
}

async function livingIssue(
  desk: Desk,
  key: string,
  title: string,
): Promise<{ readonly number: number; readonly body: string; readonly closedByPerson: boolean } | undefined> {
  const issues = await desk.api.issues(desk.label)
  // One whose text somebody has replaced altogether is known by its title.
  const mine = (issue: ApiIssue): boolean =>
    isSelf(desk, issue.author) && (issueKeyIn(issue.body) ?? (issue.title === title ? key : undefined)) === key
  const found = [...issues].sort((a, b) => a.number - b.number).find(mine)
  if (found !== undefined) {
    const closedByPerson = found.state === 'closed' && !isSelf(desk, found.closedBy)
    return { number: found.number, body: isUntouched(desk, found) ? found.body : '', closedByPerson }
  }
  const written = justWritten(desk, `issue ${key}`)
  return written && { number: Number(written.id), body: written.text, closedByPerson: false }
}

/**
 * Answers a comment that spoke to the bot: a reaction, which may be given twice, then the reply, which is the state. A reply that somebody has
 * written over is none any more, and the comment is answered anew: nobody lifts a hold by that.
 */
export async function answer(
  desk: Desk,
  number: number,
  command: string,
  said: { readonly accepted: boolean; readonly text: string },
): Promise<void> {
  const key = `answer ${number} ${command}`
  await settled(desk, key, async (mayWrite) => {
    const pull = await desk.api.pull(number)
    if (pull === undefined || !isOurs(desk, pull)) return true
    const answered = pull.comments.some(
      (one) => isUntouched(desk, one) && answers(readAnswer(one.body)?.key ?? '', command),
    )
    if (answered || justWritten(desk, key) !== undefined) return true
    if (!pull.comments.some(({ id }) => id === command)) return true
    if (!mayWrite) return undefined
    await desk.api.react(command, said.accepted ? '+1' : 'confused')
    const made = accepted(key, await desk.api.createComment(number, answerText(command, said.text)))
    noteWritten(desk, key, made.id, said.text)
    return true
  })
}

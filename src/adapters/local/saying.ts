import { type Conclusion, canonicalJson, type Gate, keepConclusion, type Lane, sha256 } from '../../domain/index.ts'
import type { Note } from '../../ports/index.ts'
import { gatesText, type LoadedPull, PULL_FILES, textFile } from './pull-record.ts'
import { current, type Desk, lostRace, pullRef, ROUNDS, writeRecord } from './pulls.ts'
import type { FileWrite, Stored } from './store.ts'

const NOTE_DATA = 'note.json'
const NOTE_TEXT = 'note.md'

/** Files of a note's record. */
export const NOTE_FILES: readonly string[] = [NOTE_DATA, NOTE_TEXT]

export const NOTE_REFS = 'refs/kintsugi/notes/'

/** `refs/kintsugi/notes/demo-shop-deployment-cart-b2ca43f0`: readable, and one ref for each lane whatever it is called. */
export function noteRef(lane: Lane): string {
  const slug = lane.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `${NOTE_REFS}${slug.slice(0, 60).replace(/^-+|-+$/g, '') || 'lane'}-${sha256(lane).slice(0, 8)}`
}

/** The note that a commit of ours holds; undefined for anybody else's. */
export function readNote(stored: Stored | undefined, botEmail: string): Note | undefined {
  if (stored === undefined || stored.commit.committerEmail !== botEmail || stored.commit.authorEmail !== botEmail)
    return undefined
  const text = stored.files.get(NOTE_TEXT)
  return text === undefined ? undefined : { text, updatedAtMs: stored.commit.atMs }
}

/** Writes files of a pull request's record, if any of them says something new. What is not ours is left alone. */
async function write(
  desk: Desk,
  number: number,
  filesFor: (pull: LoadedPull) => readonly (readonly [name: string, text: string, old: string | undefined])[],
): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { pull } = await current(desk, number)
    if (pull === undefined || !pull.ours) return
    const files: FileWrite[] = filesFor(pull)
      .filter(([, text, old]) => text !== old)
      .map(([name, text]) => textFile(name, text))
    if (files.length === 0) return
    const written = await writeRecord(desk, pull, files, pull.data)
    if (await desk.store.update([{ ref: pullRef(number), from: pull.oid, to: written.oid }])) return
  }
  throw lostRace(`pull request ${number}`)
}

export async function comment(desk: Desk, number: number, text: string): Promise<void> {
  await write(desk, number, (pull) => [[PULL_FILES.comment, keepConclusion(pull.comment, text), pull.comment]])
}

export async function check(desk: Desk, number: number, gates: readonly Gate[]): Promise<void> {
  await write(desk, number, (pull) => [[PULL_FILES.check, gatesText(gates), pull.check]])
}

export async function conclude(desk: Desk, number: number, conclusion: Conclusion, text: string): Promise<void> {
  await write(desk, number, (pull) => [
    [PULL_FILES.conclusion, `${canonicalJson(conclusion)}\n`, pull.conclusion],
    [PULL_FILES.comment, keepConclusion(pull.comment, text), pull.comment],
  ])
}

/** The living note of a lane. A note of somebody else under our ref is replaced: nothing in it was ever believed. */
export async function note(desk: Desk, lane: Lane, text: string): Promise<void> {
  const ref = noteRef(lane)
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = (await desk.store.refs()).get(ref)
    const old = before === undefined ? undefined : (await desk.store.read([before], NOTE_FILES)).get(before)
    if (readNote(old, desk.bot.email)?.text === text) return
    const tree = await desk.store.writeTree(undefined, [
      textFile(NOTE_DATA, `${canonicalJson({ lane })}\n`),
      textFile(NOTE_TEXT, text),
    ])
    const to = await desk.store.writeCommit({
      tree,
      parents: before === undefined ? [] : [before],
      author: desk.bot,
      atMs: desk.clock.now(),
      message: `note on ${JSON.stringify(lane)}\n`,
    })
    if (await desk.store.update([{ ref, from: before, to }])) return
  }
  throw lostRace(ref)
}

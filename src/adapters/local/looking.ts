import { KintsugiError, type Lane, NO_RULES, type Pull } from '../../domain/index.ts'
import type { Note, RepositoryView } from '../../ports/index.ts'
import { auditBranch } from './audit.ts'
import type { LoadedPull } from './pull-record.ts'
import { type Desk, headRef, loadPulls, type Refs, settle, show } from './pulls.ts'
import { NOTE_FILES, NOTE_REFS, noteRef, readNote } from './saying.ts'

const RECENT_MS = 7 * 24 * 3_600_000
const MOST_HISTORY = 50

async function notesOf(
  desk: Desk,
  refs: Refs,
  lanes: readonly Lane[],
): Promise<Pick<RepositoryView, 'notes' | 'allNotes'>> {
  const there = [...refs].filter(([ref]) => ref.startsWith(NOTE_REFS))
  if (there.length === 0) return { notes: new Map(), allNotes: [] }
  const read = await desk.store.read([...new Set(there.map(([, oid]) => oid))], NOTE_FILES)
  const byRef = new Map<string, Note>()
  for (const [ref, oid] of there.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const note = readNote(read.get(oid), desk.bot.email)
    if (note) byRef.set(ref, note)
  }
  const asked = lanes.flatMap((lane): [Lane, Note][] => {
    const note = byRef.get(noteRef(lane))
    return note === undefined ? [] : [[lane, note]]
  })
  return { notes: new Map(asked), allNotes: [...byRef.values()] }
}

function historyOf(pulls: readonly LoadedPull[], lanes: readonly Lane[], shown: (pull: LoadedPull) => Pull) {
  return new Map<Lane, readonly Pull[]>(
    lanes.map((lane) => [
      lane,
      pulls
        .filter(({ data }) => data.lane === lane)
        .slice(-MOST_HISTORY)
        .map(shown),
    ]),
  )
}

/** Everything of a repository in a handful of processes, whatever the number of pull requests. */
export async function look(desk: Desk, base: string, lanes: readonly Lane[]): Promise<RepositoryView> {
  const refs = await desk.store.refs()
  const revision = refs.get(headRef(base))
  if (revision === undefined)
    throw new KintsugiError('KIN-4002', `there is no branch ${JSON.stringify(base)} in ${desk.url}`)
  const audit = refs.get(headRef(auditBranch(desk.bounds.prefix)))
  const pulls = await settle(desk, refs, await loadPulls(desk, refs))
  const shown = (pull: LoadedPull): Pull => show(desk, refs, pull)
  const since = desk.clock.now() - RECENT_MS
  const recent = pulls.filter(({ data }) => data.state === 'merged' && (data.endedAtMs ?? 0) >= since)
  return {
    repository: desk.url,
    base: { branch: base, revision },
    open: pulls.filter(({ data }) => data.state === 'open').map(shown),
    recent: recent.sort((a, b) => (a.data.endedAtMs ?? 0) - (b.data.endedAtMs ?? 0)).map(shown),
    history: historyOf(pulls, lanes, shown),
    ...(await notesOf(desk, refs, lanes)),
    rules: NO_RULES,
    audience: 'private',
    ...(audit !== undefined && { audit }),
    openedSince: (sinceMs) => pulls.filter(({ data }) => data.createdAtMs >= sinceMs).length,
  }
}

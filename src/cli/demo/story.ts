import type { Edit } from '../../domain/index.ts'
import type { LaneDocument, TickDocument } from '../tick-report.ts'
import type { WorldEvent } from './world-process.ts'

/** One thing that has to happen to a workload, in its words on the screen. */
type Beat = 'opened' | 'merged' | 'resolved' | 'reverted' | 'noted'

/** What has to happen to a workload, in this order; other things may happen between. */
export type Chapter = { readonly subject: string; readonly says: string; readonly beats: readonly Beat[] }

/** What the demo promises. Workloads of `alone` are promised to be left alone. */
export type Plot = { readonly chapters: readonly Chapter[]; readonly alone: readonly string[] }

export function plotOf(helm: boolean): Plot {
  return {
    chapters: [
      {
        subject: 'shop/cart',
        says: 'is OOM-killed under a limit that is too low',
        beats: ['opened', 'merged', 'resolved'],
      },
      { subject: 'shop/catalog', says: 'crashes since a release', beats: ['opened', 'merged', 'resolved'] },
      {
        subject: 'shop/checkout',
        says: 'is throttled, and more CPU than a node has makes it worse',
        beats: ['opened', 'merged', 'reverted', 'merged'],
      },
      { subject: 'shop/recommendation', says: 'behaves oddly without any failure', beats: ['noted'] },
      ...(helm
        ? [
            {
              subject: 'shop/reviews',
              says: 'is OOM-killed, and its limit is in a Helm value file',
              beats: ['opened', 'merged', 'resolved'],
            } as const,
          ]
        : []),
    ],
    alone: ['shop/frontend', 'shop/payments'],
  }
}

/** How far each chapter has come, and what went against the plot. */
export type Progress = { readonly told: ReadonlyMap<string, number>; readonly wrong: readonly string[] }

export const BEGINNING: Progress = { told: new Map(), wrong: [] }

/** The progress after one tick of the controller. */
export function follow(plot: Plot, before: Progress, tick: TickDocument): Progress {
  const told = new Map(before.told)
  const wrong = [...before.wrong]
  for (const lane of tick.lanes) {
    const name = workloadOf(lane)
    const beat = beatOf(lane)
    if (beat === undefined) continue
    if (plot.alone.includes(name) && beat !== 'noted') wrong.push(`${name} is healthy, and yet: ${beat}`)
    const chapter = plot.chapters.find((one) => one.subject === name)
    const at = told.get(name) ?? 0
    if (chapter?.beats[at] === beat) told.set(name, at + 1)
  }
  return { told, wrong }
}

export function isTold(plot: Plot, { told, wrong }: Progress): boolean {
  return wrong.length === 0 && plot.chapters.every(({ subject, beats }) => told.get(subject) === beats.length)
}

/** What is still missing, for the reader of a demo that failed. */
export function missing(plot: Plot, { told, wrong }: Progress): readonly string[] {
  const open = plot.chapters.flatMap(({ subject, beats }) => {
    const at = told.get(subject) ?? 0
    return at === beats.length ? [] : [`${subject}: waiting for "${beats[at]}"`]
  })
  return [...wrong, ...open]
}

function workloadOf(lane: LaneDocument): string {
  return lane.subject.replace(/\[.*$/, '')
}

function beatOf(lane: LaneDocument): Beat | undefined {
  const { done } = lane
  switch (done.done) {
    case 'opened':
    case 'merged':
    case 'reverted':
      return done.done
    case 'concluded':
      return done.conclusion.verdict === 'resolved' ? 'resolved' : undefined
    case 'noted':
      return 'noted'
    default:
      return undefined
  }
}

/** What happened in a tick that is worth a line, given what was said of each lane before. */
export function tellTick(
  tick: TickDocument,
  said: Map<string, string>,
): readonly { readonly at: string; readonly subject: string; readonly lines: readonly string[] }[] {
  return tick.lanes.flatMap((lane) => {
    const lines = linesOf(lane)
    const key = lines.join('\n')
    if (lines.length === 0 || said.get(lane.lane) === key) return []
    said.set(lane.lane, key)
    return [{ at: tick.at, subject: workloadOf(lane), lines }]
  })
}

function linesOf(lane: LaneDocument): readonly string[] {
  const { done, change, failure, summary } = lane
  const confidence = lane.confidence === undefined ? '' : ` (confidence ${lane.confidence.toFixed(2)})`
  switch (done.done) {
    case 'opened':
    case 'refreshed':
    case 'reverted':
      return [
        ...(done.done === 'opened' && failure !== undefined ? [`${failure}${confidence}: ${summary ?? ''}`] : []),
        `#${done.pull} ${done.done === 'refreshed' ? 'recomputed' : 'proposed'}: ${change?.title ?? ''}`,
        ...(change?.edits ?? []).map(tellEdit),
        ...(change === undefined
          ? []
          : [
              `   proven by rendering: ${change.proof.changes.length === 1 ? 'this field changes' : 'these fields change'}, and nothing else`,
            ]),
      ]
    case 'merged':
      return [`#${done.pull} merged by policy: every gate passed`]
    case 'concluded':
    case 'escalated':
      return [`#${done.pull} ${done.conclusion.verdict}: ${done.conclusion.because}`]
    case 'closed':
      return [`#${done.pull} closed: ${done.reason}`]
    case 'noted':
      return [
        `left alone, with a note: ${failure ?? ''}${confidence}, ${done.reason}${done.message === undefined ? '' : ` (${done.message})`}`,
      ]
    case 'held':
      return done.reason === 'verifying' || done.reason === 'awaiting-sync' || failure === undefined
        ? []
        : [`${failure}${confidence}: held, ${done.reason}`]
    default:
      return []
  }
}

/** `file:line:column  old -> new`, and the lines that were added below. */
function tellEdit(edit: Edit): string {
  const [first = '', ...added] = edit.after.trim().split('\n')
  const more = added.length === 0 ? '' : ` and ${added.map((line) => line.trim()).join(' ')}`
  return `   ${edit.file}:${edit.line}:${edit.column}  ${edit.before || '(nothing)'} -> ${first}${more}`
}

/** A line for what the world did. Syncs are told only of Applications that changed. */
export function tellWorld(event: WorldEvent): string {
  switch (event.event) {
    case 'committed':
      return `${event.author.replace(/ <.*/, '')} pushes "${event.message}"`
    case 'synced':
      return `Argo CD begins to sync ${event.revision.slice(0, 8)}`
    case 'sync-failed':
      return `Argo CD cannot sync ${event.application}: ${event.message}`
    default:
      return event satisfies never
  }
}

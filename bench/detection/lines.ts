import type { Detector, Track } from '../../src/detection/index.ts'
import type { Labelled } from './dataset.ts'
import { byGroup, type Counted, countOn, macro } from './figures.ts'
import { type Peer, peers, type Verdicts } from './peers/index.ts'
import { type Recording, replay } from './recording.ts'
import type { Line, Speed } from './table.ts'
import { alone, finding, voted, votings } from './verdicts.ts'

/** A model and what it said of each series, in the order of the series. */
export type Recorded = { readonly detector: Detector; readonly recordings: readonly Recording[] }

export type Counts = ReadonlyMap<string, readonly Counted[]>

const FINDING = 'final finding'

/** What each line of the table counts on each series. */
export function countAll(
  series: readonly Labelled[],
  recorded: readonly Recorded[],
  seed: number,
  rate: number,
): Counts {
  const counts = new Map<string, Counted[]>()
  const add = (name: string, on: Labelled, verdicts: Verdicts): void => {
    const list = counts.get(name) ?? []
    list.push(countOn(on, verdicts))
    counts.set(name, list)
  }
  for (const [at, one] of series.entries()) {
    const tracks = recorded.map(({ detector, recordings }) => trackAt(detector, recordings[at], one))
    for (const track of tracks) add(track.model, one, alone(track, one.window))
    for (const [name, voting] of Object.entries(votings)) add(name, one, voted(tracks, voting, rate))
    add(FINDING, one, finding(tracks, one.window))
    for (const peer of peers) add(peerName(peer), one, peer.judge(one, seed))
  }
  return counts
}

function trackAt(detector: Detector, recording: Recording | undefined, series: Labelled): Track {
  const track = recording === undefined ? undefined : replay(detector, recording, series)
  if (track === undefined)
    throw new Error(
      `${detector.id} on ${series.name}: the track asks for what was not recorded; remove .bench/detection`,
    )
  return track
}

export function peerName(peer: Peer): string {
  return `peer: ${peer.name}`
}

/** The table's lines, in the order in which they were counted. */
export function linesOf(counts: Counts, recorded: readonly Recorded[]): readonly Line[] {
  return [...counts].map(([name, all]) => {
    const groups = byGroup(all)
    const model = recorded.find(({ detector }) => detector.id === name)
    const line = { name, groups, macro: macro([...groups.values()]) }
    return model === undefined ? line : { ...line, speed: speedOf(model.recordings) }
  })
}

function speedOf(recordings: readonly Recording[]): Speed {
  const sum = (of: (one: Recording) => number): number => recordings.reduce((total, one) => total + of(one), 0)
  const scored = sum((one) => one.scored)
  const fitMs = sum((one) => one.fitMs)
  const scoreMs = sum((one) => one.scoreMs)
  const wholeMs = scoreMs + fitMs + sum((one) => one.heldMs)
  return {
    scoring: (1000 * scored) / scoreMs,
    whole: (1000 * scored) / wholeMs,
    fitMs,
    fits: sum((one) => one.fits.size),
  }
}

import { randomFrom } from '../source/random.ts'

/** Made-up labels, scores and alarms: on them these metrics and the reference must agree. */
export type Case = {
  readonly name: string
  readonly labels: readonly number[]
  readonly scores: readonly number[]
  readonly alarms: readonly number[]
}

type Shape = {
  readonly rows: number
  readonly events: number
  readonly longest: number
  readonly help: number
  readonly digits: number
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'a short series': { rows: 120, events: 3, longest: 8, help: 1, digits: 6 },
  'long events': { rows: 2500, events: 4, longest: 300, help: 0.6, digits: 6 },
  'many single points': { rows: 3000, events: 60, longest: 1, help: 1.5, digits: 6 },
  'scores with ties': { rows: 1800, events: 12, longest: 25, help: 0.8, digits: 1 },
  'scores that know nothing': { rows: 1500, events: 9, longest: 20, help: 0, digits: 6 },
  'events close together': { rows: 900, events: 70, longest: 4, help: 0.7, digits: 3 },
}

/** Cases by seed, and those at the edges. */
export function cases(): readonly Case[] {
  const drawn = Object.entries(SHAPES).flatMap(([name, shape]) =>
    [1, 2].map((seed) => draw(`${name}, seed ${seed}`, shape, seed)),
  )
  return [...drawn, ...edges()]
}

function draw(name: string, shape: Shape, seed: number): Case {
  const next = randomFrom(seed)
  const labels = new Array<number>(shape.rows).fill(0)
  for (let event = 0; event < shape.events; event += 1) {
    const from = Math.floor(next() * shape.rows)
    labels.fill(1, from, from + 1 + Math.floor(next() * shape.longest))
  }
  const round = 10 ** shape.digits
  const scores = labels.map((label) => Math.round((next() + label * shape.help * next()) * round) / round)
  const cut = [...scores].sort((a, b) => b - a)[Math.floor(shape.rows / 25)] ?? 1
  return { name, labels, scores, alarms: scores.map((score) => (score > cut ? 1 : 0)) }
}

function edges(): readonly Case[] {
  const next = randomFrom(9)
  const rows = 400
  const none = new Array<number>(rows).fill(0)
  const scores = none.map(() => Math.round(next() * 1000) / 1000)
  const middle = [...none].fill(1, 180, 200)
  const ends = [...none].fill(1, 0, 7).fill(1, rows - 9, rows)
  const some = scores.map((score) => (score > 0.97 ? 1 : 0))
  return [
    { name: 'no event', labels: none, scores, alarms: some },
    { name: 'no alarm', labels: middle, scores, alarms: none },
    { name: 'always in alarm', labels: middle, scores, alarms: [...none].fill(1) },
    { name: 'events at both ends', labels: ends, scores, alarms: some },
    { name: 'alarms just after the end', labels: middle, scores, alarms: [...none].fill(1, 205, 208) },
    { name: 'alarms one too late', labels: middle, scores, alarms: [...none].fill(1, 206, 208) },
    { name: 'alarms joined over ten', labels: middle, scores, alarms: none.map((_, row) => (row % 11 === 0 ? 1 : 0)) },
    { name: 'one score for all', labels: middle, scores: [...none].fill(0.5), alarms: none },
    { name: 'everything labelled', labels: [...none].fill(1), scores, alarms: some },
  ]
}

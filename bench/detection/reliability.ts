import { randomFrom } from '../source/random.ts'

/** A probability that was said of an alarm, and whether the alarm was real. */
export type Judgement = { readonly p: number; readonly real: boolean; readonly group: string }

const BINS = 10
const DRAWS = 1000
const SURE = 0.8

/** Bins of equal mass, from the least sure to the surest. */
function binsOf(judgements: readonly Judgement[]): readonly (readonly Judgement[])[] {
  const sorted = [...judgements].sort((a, b) => a.p - b.p)
  const edge = (bin: number) => Math.floor((bin * sorted.length) / BINS)
  return Array.from({ length: BINS }, (_, bin) => sorted.slice(edge(bin), edge(bin + 1)))
}

function mean(list: readonly Judgement[], of: (one: Judgement) => number): number {
  return list.length === 0 ? 0 : list.reduce((sum, one) => sum + of(one), 0) / list.length
}

const cameTrue = ({ real }: Judgement) => (real ? 1 : 0)

/** Expected calibration error over ten bins of equal mass: the mean distance of what was said from what came true. */
export function expectedError(judgements: readonly Judgement[]): number {
  return binsOf(judgements).reduce((sum, bin) => {
    const off = Math.abs(mean(bin, ({ p }) => p) - mean(bin, cameTrue))
    return sum + (bin.length / judgements.length) * off
  }, 0)
}

/** Mean squared distance of what was said from what came true. */
export function brier(judgements: readonly Judgement[]): number {
  return mean(judgements, (one) => (one.p - cameTrue(one)) ** 2)
}

/**
 * What the expected error would be on average if every probability that was said were exact: so few alarms fall into a bin that chance alone
 * moves it. An error below this proves nothing more.
 */
export function errorByChance(judgements: readonly Judgement[], seed: number): number {
  const random = randomFrom(seed)
  let sum = 0
  for (let draw = 0; draw < DRAWS; draw += 1)
    sum += expectedError(judgements.map((one) => ({ ...one, real: random() < one.p })))
  return sum / DRAWS
}

/** A table of the bins, and the figures. */
export function reliability(judgements: readonly Judgement[]): string {
  const lines = binsOf(judgements).map(
    (bin) => `| ${mean(bin, ({ p }) => p).toFixed(2)} | ${mean(bin, cameTrue).toFixed(2)} | ${bin.length} |`,
  )
  const sure = judgements.filter(({ p }) => p >= SURE)
  const families = [...new Set(sure.map(({ group }) => group))].map(
    (group) => `${group} ${sure.filter((one) => one.group === group).length}`,
  )
  const [error, chance, score] = [expectedError(judgements), errorByChance(judgements, 1), brier(judgements)]
  return [
    '| said | came true | alarms |',
    '|---|---|---|',
    ...lines,
    `ECE ${error.toFixed(3)} (${chance.toFixed(3)} by chance alone where every probability is exact), Brier ${score.toFixed(3)}; at .8 or more: ${sure.length} alarms (${families.join(', ')}), ${sure.filter(({ real }) => real).length} of them real`,
  ].join('\n')
}

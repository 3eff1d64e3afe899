import type { SignalUnit } from '../../domain/index.ts'
import { type Html, html } from './html.ts'
import type { ChartModel, Moment } from './model.ts'
import { formatClock, formatMoment, formatValue } from './words.ts'

const WIDTH = 800
const HEIGHT = 260
const PAD = { left: 74, right: 16, top: 26, bottom: 28 } as const
const MAX_POINTS = 400

type Point = { readonly atMs: number; readonly value: number }
type Scale = { readonly x: (atMs: number) => number; readonly y: (value: number) => number }

/** The highest value of each bucket: a peak of one sample stays visible. A bucket without a sample is a gap. */
function thinned(values: readonly number[], startMs: number, stepMs: number): readonly Point[] {
  const size = Math.max(1, Math.ceil(values.length / MAX_POINTS))
  const points: Point[] = []
  for (let from = 0; from < values.length; from += size) {
    const finite = values.slice(from, from + size).filter(Number.isFinite)
    const value = finite.length === 0 ? Number.NaN : Math.max(...finite)
    points.push({ atMs: startMs + (from + (size - 1) / 2) * stepMs, value })
  }
  return points
}

/** Runs without a gap. */
function runsOf(points: readonly Point[]): readonly (readonly Point[])[] {
  const runs: Point[][] = []
  points.forEach((point, at) => {
    if (!Number.isFinite(point.value)) return
    if (at > 0 && Number.isFinite(points[at - 1]?.value)) runs.at(-1)?.push(point)
    else runs.push([point])
  })
  return runs
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function linePath(run: readonly Point[], scale: Scale): string {
  const [first] = run
  if (first === undefined) return ''
  const rest = run.length === 1 ? [{ ...first, atMs: first.atMs + 1 }] : run.slice(1)
  const to = (point: Point): string => `${number(scale.x(point.atMs))} ${number(scale.y(point.value))}`
  return `M${to(first)}${rest.map((point) => `L${to(point)}`).join('')}`
}

/** A limit holds until it changes, so it is drawn in steps. */
function stepPath(run: readonly Point[], scale: Scale): string {
  const [first] = run
  if (first === undefined) return ''
  const turns = run.filter((point, at) => at === run.length - 1 || point.value !== run[at - 1]?.value)
  const parts = turns.map((point) => `H${number(scale.x(point.atMs))}V${number(scale.y(point.value))}`)
  return `M${number(scale.x(first.atMs))} ${number(scale.y(first.value))}${parts.join('')}`
}

function areaPath(run: readonly Point[], scale: Scale): string {
  const first = run[0]
  const last = run.at(-1)
  if (first === undefined || last === undefined) return ''
  const floor = number(scale.y(0))
  return `${linePath(run, scale)}L${number(scale.x(last.atMs))} ${floor}L${number(scale.x(first.atMs))} ${floor}Z`
}

/** Round steps: 1, 2, 5 of a power of ten; of two for bytes, so that ticks fall on Mi. */
function tickStep(top: number, unit: SignalUnit): number {
  const rough = top / 4
  if (unit === 'flag') return 1
  if (unit === 'bytes') return 2 ** Math.ceil(Math.log2(rough))
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  return unit === 'count' ? Math.max(1, step) : step
}

function ticksOf(highest: number, unit: SignalUnit): readonly number[] {
  const step = tickStep(highest > 0 ? highest : 1, unit)
  const count = Math.ceil((highest > 0 ? highest : 1) / step)
  return Array.from({ length: count + 1 }, (_, at) => at * step)
}

const HOUR_MS = 3_600_000
const TIME_STEPS = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * 60_000)

function timeTicks(fromMs: number, toMs: number): readonly number[] {
  const step = TIME_STEPS.find((one) => (toMs - fromMs) / one <= 8) ?? Math.ceil((toMs - fromMs) / 8)
  const first = Math.ceil(fromMs / step) * step
  return Array.from({ length: Math.max(0, Math.floor((toMs - first) / step) + 1) }, (_, at) => first + at * step)
}

function timeLabel(atMs: number, spanMs: number): string {
  return spanMs > 48 * HOUR_MS ? formatMoment(atMs).slice(5, 10) : formatClock(atMs)
}

function grid(ticks: readonly number[], model: ChartModel, scale: Scale, endMs: number): Html {
  const rows = ticks.map(
    (
      tick,
    ) => html`<line class="grid" x1="${PAD.left}" x2="${WIDTH - PAD.right}" y1="${number(scale.y(tick))}" y2="${number(scale.y(tick))}"/>
<text class="tick" x="${PAD.left - 8}" y="${number(scale.y(tick) + 4)}" text-anchor="end">${formatValue(tick, model.unit)}</text>`,
  )
  const columns = timeTicks(model.startMs, endMs).map(
    (atMs) =>
      html`<text class="tick" x="${number(scale.x(atMs))}" y="${HEIGHT - 8}" text-anchor="middle">${timeLabel(atMs, endMs - model.startMs)}</text>`,
  )
  return html`${rows}${columns}`
}

/** Numbers of moments that would overlap are put side by side. */
function momentMarks(moments: readonly Moment[], scale: Scale): Html {
  let free = PAD.left
  const marks = moments.map((moment, at) => {
    const x = scale.x(moment.atMs)
    const badge = Math.max(x, free)
    free = badge + 20
    return html`<line class="moment ${moment.what}" x1="${number(x)}" x2="${number(x)}" y1="${PAD.top}" y2="${HEIGHT - PAD.bottom}"/>
<circle class="badge ${moment.what}" cx="${number(badge)}" cy="13" r="9"/><text class="badge-text" x="${number(badge)}" y="17" text-anchor="middle">${at + 1}</text>`
  })
  return html`${marks}`
}

export const MOMENT_WORDS: Readonly<Record<Moment['what'], string>> = {
  detected: 'first seen',
  proposed: 'proposed',
  merged: 'merged',
  closed: 'closed',
  synced: 'synced by Argo CD',
  concluded: 'verdict',
}

const MAX_STEPS = 5

function stepsInWords(steps: readonly string[]): string {
  if (steps.length > MAX_STEPS)
    return `${steps[0]} at first, ${steps.at(-1)} at last, changed ${steps.length - 1} times`
  return steps.join(', then ')
}

function spoken(model: ChartModel): string {
  const finite = model.values.filter(Number.isFinite)
  if (finite.length === 0) return 'There are no samples in this range.'
  const limits = (model.threshold ?? []).filter(Number.isFinite)
  const steps = limits.filter((limit, at) => limit !== limits[at - 1]).map((limit) => formatValue(limit, model.unit))
  const held = steps.length === 0 ? '' : `; ${model.thresholdName ?? 'threshold'}: ${stepsInWords(steps)}`
  const most = finite.reduce((a, b) => Math.max(a, b))
  return `Highest ${formatValue(most, model.unit)}, last ${formatValue(finite.at(-1) ?? 0, model.unit)}${held}.`
}

function legend(model: ChartModel, shown: readonly Moment[]): Html {
  return html`<ul class="legend"><li><span class="key value"></span>${model.valueName}</li>${
    model.threshold !== undefined && html`<li><span class="key limit"></span>${model.thresholdName ?? 'threshold'}</li>`
  }</ul>
<ol class="moments">${shown.map((moment) => html`<li class="${moment.what}">${MOMENT_WORDS[moment.what]} <time>${formatClock(moment.atMs)}</time></li>`)}</ol>`
}

function scaleOf(model: ChartModel, endMs: number, top: number): Scale {
  const span = Math.max(1, endMs - model.startMs)
  return {
    x: (atMs) => PAD.left + ((atMs - model.startMs) / span) * (WIDTH - PAD.left - PAD.right),
    y: (value) => HEIGHT - PAD.bottom - (value / top) * (HEIGHT - PAD.top - PAD.bottom),
  }
}

/** The metric over time with its threshold and the numbered moments, and the same in words. */
export function chart(model: ChartModel): Html {
  const endMs = model.startMs + Math.max(1, model.values.length - 1) * model.stepMs
  const values = thinned(model.values, model.startMs, model.stepMs)
  const threshold = thinned(model.threshold ?? [], model.startMs, model.stepMs)
  const finite = [...values, ...threshold].map((point) => point.value).filter(Number.isFinite)
  const ticks = ticksOf(Math.max(0, ...finite), model.unit)
  const scale = scaleOf(model, endMs, ticks.at(-1) ?? 1)
  const shown = model.moments.filter((moment) => moment.atMs >= model.startMs && moment.atMs <= endMs)
  return html`<figure class="chart">
<div class="scroll" tabindex="0" role="region" aria-label="Chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="chart-title chart-words">
<title id="chart-title">${model.title}</title><desc id="chart-words">${spoken(model)}</desc>
${grid(ticks, model, scale, endMs)}
${runsOf(values).map((run) => html`<path class="area" d="${areaPath(run, scale)}"/><path class="line" d="${linePath(run, scale)}"/>`)}
${runsOf(threshold).map((run) => html`<path class="limit" d="${stepPath(run, scale)}"/>`)}
${momentMarks(shown, scale)}
</svg></div>
<figcaption>${spoken(model)}${legend(model, shown)}</figcaption>
</figure>`
}

const SPARK = { width: 120, height: 32 } as const

/** The same line, small and without words, beside a text that has them. */
export function sparkline(model: ChartModel): Html {
  const values = thinned(model.values, model.startMs, model.stepMs)
  const threshold = thinned(model.threshold ?? [], model.startMs, model.stepMs)
  const finite = [...values, ...threshold].map((point) => point.value).filter(Number.isFinite)
  const top = Math.max(...finite, 0) || 1
  const span = Math.max(1, (model.values.length - 1) * model.stepMs)
  const scale: Scale = {
    x: (atMs) => ((atMs - model.startMs) / span) * SPARK.width,
    y: (value) => SPARK.height - 2 - (value / top) * (SPARK.height - 4),
  }
  return html`<svg class="spark" viewBox="0 0 ${SPARK.width} ${SPARK.height}" aria-hidden="true">${runsOf(values).map(
    (run) => html`<path class="line" d="${linePath(run, scale)}"/>`,
  )}${runsOf(threshold).map((run) => html`<path class="limit" d="${stepPath(run, scale)}"/>`)}</svg>`
}

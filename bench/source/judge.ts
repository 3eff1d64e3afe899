import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Edit, EditOutcome, Tree } from '../../src/domain/index.ts'
import type { Checkout } from './checkout.ts'
import { type Difference, differences } from './leaves.ts'
import { type BenchTarget, means, meantPlace, pointer } from './meant.ts'
import type { Tools } from './tools.ts'
import { OVER, type Unit } from './units.ts'

export type Edited = Extract<EditOutcome, { outcome: 'edited' }>

export type Verdict = {
  /** What is wrong with an accepted edit; none of these may ever be there. */
  readonly wrong: readonly string[]
  /** Changes that the outcome itself lists beside the meant one. */
  readonly companions: number
  readonly unitsRendered: number
}

export type JudgeInput = {
  readonly tools: Tools
  readonly checkout: Checkout
  readonly tree: Tree
  readonly unit: Unit
  /** All units as they are before the edit. */
  readonly units: readonly Unit[]
  /** The same unit as it is read from the edited tree. */
  readonly after: (unit: Unit) => Unit
  readonly target: BenchTarget
  readonly value: string
  readonly outcome: Edited
}

function startOf(text: string, line: number, column: number): number {
  let at = 0
  for (let n = 1; n < line; n += 1) at = text.indexOf('\n', at) + 1
  return at + column - 1
}

type Replacement = { readonly from: number; readonly to: number; readonly text: string }

/** What a stated edit may mean: its text in the place of what stands there, or, where nothing goes, as lines of their own from its line on. */
function readings(text: string, { line, column, before, after }: Edit): readonly Replacement[] {
  const from = startOf(text, line, column)
  const inPlace = { from, to: from + before.length, text: after }
  if (before !== '') return text.slice(from, from + before.length) === before ? [inPlace] : []
  const lines = text
    .split('\n')
    .slice(0, line - 1)
    .join('\n')
  const end = lines.endsWith('\r') ? lines.length - 1 : lines.length
  const lead = `${lines.endsWith('\r') ? '\r' : ''}\n${' '.repeat(column - 1)}`
  return [inPlace, { from: end, to: end, text: lead + after }]
}

function carriedOut(text: string, edits: readonly Edit[], wanted: string): boolean {
  const ways = edits.reduce<readonly (readonly Replacement[])[]>(
    (all, one) => all.flatMap((way) => readings(text, one).map((reading) => [...way, reading])),
    [[]],
  )
  return ways.some((way) => {
    let result = text
    for (const { from, to, text: put } of [...way].sort((x, y) => y.from - x.from))
      result = result.slice(0, from) + put + result.slice(to)
    return result === wanted
  })
}

/** The stated edits, carried out, give the stated contents: nobody is told of less than happens. */
function statedEdits({ tree, outcome }: JudgeInput): readonly string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return outcome.files.flatMap(({ path, content }) => {
    const edits = outcome.edits.filter((one) => one.file === path)
    const stated = carriedOut(decoder.decode(tree.bytes(path)), edits, decoder.decode(content))
    return stated ? [] : [`${path}: the stated edits do not give the stated content`]
  })
}

/** Old lines that `git diff` has in its hunks. */
async function touchedLines({ tools, checkout, outcome }: JudgeInput): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const { path, content } of outcome.files) {
    const after = join(checkout.root, OVER, 'after')
    mkdirSync(dirname(after), { recursive: true })
    writeFileSync(after, content)
    const ran = await tools.git(['diff', '--no-index', '-U0', '--', join(checkout.root, path), after], checkout.root)
    if (!ran.ok) return [`git diff: ${ran.stderr}`]
    const stated = outcome.edits.filter((one) => one.file === path)
    for (const [, first, count] of ran.stdout.matchAll(/^@@ -(\d+)(?:,(\d+))? /gm)) {
      const from = Number(first)
      const to = from + Math.max(0, Number(count ?? 1) - 1)
      const covered = stated.some((one) => {
        const last = one.line + one.before.split('\n').length - 1
        // An insertion stands at the end of one line or at the beginning of the next.
        return from >= one.line - 1 && to <= last + 1
      })
      if (!covered) wrong.push(`${path}:${from}-${to} differs, which no stated edit covers`)
    }
  }
  return wrong
}

function isMeant(
  one: Difference,
  input: JudgeInput,
  { object, path }: NonNullable<ReturnType<typeof meantPlace>>,
): boolean {
  const meant = pointer(path)
  if (one.object !== [object.apiVersion, object.kind, object.namespace, object.name].join(' ')) return false
  if (one.pointer === meant) return one.after !== undefined && means(JSON.parse(one.after), input.value)
  // `resources: {}` stops being an empty map when something comes into it.
  const empty = one.before === '{}' || one.before === 'null' || one.before === '[]'
  return empty && one.after === undefined && meant.startsWith(`${one.pointer}/`)
}

/** Objects of which the outcome itself says that more than the field changes: kind and name. */
function listed({ outcome }: JudgeInput): readonly string[] {
  return (outcome.proof.companions ?? []).map(({ object }) => object.replace(/^\S*?([^/\s]+) (?:.*\/)?/, '$1 '))
}

/** Leaves that vary by themselves are no change: found by rendering the tree as it was once more. */
async function withoutNoise(
  input: JudgeInput,
  unit: Unit,
  extra: readonly Difference[],
): Promise<readonly Difference[]> {
  if (extra.length === 0) return extra
  const [before, again] = [await input.checkout.baseline(unit), await input.checkout.render(unit)]
  if (!before.rendered || !again.rendered) return extra
  const noise = new Set(differences(before.objects, again.objects).map((one) => `${one.object} ${one.pointer}`))
  return extra.filter((one) => !noise.has(`${one.object} ${one.pointer}`))
}

function areListed(leaves: readonly Difference[], companions: readonly string[]): boolean {
  if (leaves.length > companions.length) return false
  return leaves.every(({ object }) => {
    const [, kind = '', , name = ''] = object.split(' ')
    return companions.includes(`${kind} ${name}`)
  })
}

function isItself(one: Difference, unit: Unit): boolean {
  return (
    /^argoproj\.io\/\S+ (Application \S* |ApplicationSet )/.test(one.object) &&
    one.object.includes(unit.application.name)
  )
}

type Found = {
  readonly wrong: string[]
  readonly extra: { readonly unit: Unit; readonly leaves: readonly Difference[] }[]
}

async function judgeUnit(input: JudgeInput, unit: Unit, found: Found): Promise<void> {
  const before = await input.checkout.baseline(unit)
  if (!before.rendered) return
  const now = await input.checkout.render(input.after(unit))
  if (!now.rendered) {
    found.wrong.push(`${unit.name} does not render after the edit: ${now.message}`)
    return
  }
  const changes = differences(before.objects, now.objects).filter((one) => !isItself(one, input.unit))
  if (unit.name !== input.unit.name) {
    found.extra.push({ unit, leaves: changes })
    return
  }
  const place = meantPlace(now.objects, input.target, unit.application.destination.namespace)
  if (place === undefined || !means(place.value, input.value))
    found.wrong.push(`${unit.name}: the real render has ${JSON.stringify(place?.value)} and not ${input.value}`)
  found.extra.push({ unit, leaves: changes.filter((one) => place === undefined || !isMeant(one, input, place)) })
}

/**
 * Whether an accepted edit does what it says, by tools that are not the project's: its bytes are put into a scratch checkout, everything
 * that may read a touched file is rendered by real helm and kustomize, and the meant leaf alone may differ.
 */
export async function judge(input: JudgeInput): Promise<Verdict> {
  const { checkout, outcome, units } = input
  const found: Found = { wrong: [...statedEdits(input), ...(await touchedLines(input))], extra: [] }
  const touched = checkout.readersOf(
    outcome.files.map(({ path }) => path),
    units,
  )
  const concerned = touched.some((one) => one.name === input.unit.name) ? touched : [input.unit, ...touched]
  // Before the edit is put in: a baseline of the edited files would hide what the edit does.
  for (const unit of concerned) await checkout.baseline(unit)
  await checkout.with(outcome.files, async () => {
    for (const unit of concerned) await judgeUnit(input, unit, found)
  })
  const companions = listed(input)
  for (const { unit, leaves } of found.extra) {
    const own = unit.name === input.unit.name
    const real = await withoutNoise(input, unit, leaves)
    const [first] = real
    if (first === undefined || (own && areListed(real, companions))) continue
    found.wrong.push(`${unit.name}: ${real.length} more leaves differ, such as ${first.object} ${first.pointer}`)
  }
  return { wrong: found.wrong, companions: companions.length, unitsRendered: concerned.length }
}

import type { Application, Tree } from '../../src/domain/index.ts'
import { changedTree, type Discovery } from '../../src/source/index.ts'
import { applicationsOf, type BenchTree, homeOf, unitsOf } from './bench-tree.ts'
import { type Checkout, checkOut } from './checkout.ts'
import type { Fixture } from './expected.ts'
import { judge } from './judge.ts'
import type { BenchTarget } from './meant.ts'
import { type Counted, coldAndCached, type Measured, measure, newDeps } from './measure.ts'
import { rightful } from './oracles.ts'
import { placeOf, type Result, unlike } from './outcomes.ts'
import { sample } from './random.ts'
import { type RuleTarget, ruleTargets, sampled } from './targets.ts'
import type { Tools } from './tools.ts'
import type { Unit } from './units.ts'

export type Benched = {
  readonly name: string
  readonly results: readonly Result[]
  /** `locate` with nothing kept and then at once again, once for each unit that was asked. */
  readonly times: readonly { readonly unit: string; readonly cold: number; readonly cached: number }[]
  readonly units: number
  /** Units that the real tools do not render, and why. */
  readonly unbuildable: readonly string[]
  /** What may be an Application and could not be read or generated. */
  readonly unresolved: readonly string[]
}

type World = {
  readonly tools: Tools
  readonly bench: BenchTree
  readonly checkout: Checkout
  readonly applications: readonly Application[]
  readonly unresolved: Discovery['unresolved']
  readonly units: readonly Unit[]
  readonly counted: Counted
}

async function worldOf(name: string, tree: Tree, tools: Tools): Promise<World> {
  const counted = newDeps(tools.helmPath)
  const bench = { name, tree, home: homeOf(tree) }
  const { applications, unresolved } = await applicationsOf(bench, counted.deps)
  const checkout = checkOut(tree, tools)
  return { tools, bench, checkout, applications, unresolved, units: unitsOf(bench, applications, checkout), counted }
}

type Ask = {
  readonly unit: Unit
  readonly target: BenchTarget
  readonly value: string
  readonly companions: 'refuse' | 'list'
}

function asked(world: World, { unit, target, value, companions }: Ask): Parameters<typeof measure>[0] {
  const { bench, applications, counted } = world
  const others = applications.filter((one) => one !== unit.application)
  return { bench, application: unit.application, others, target, value, companions, counted }
}

/** The Application as an edited tree has it: a file that holds it may be the one that was edited. */
async function unitsAfter(
  world: World,
  files: readonly { readonly path: string; readonly content: Uint8Array }[],
): Promise<(unit: Unit) => Unit> {
  const holds = files.some(({ content }) => new TextDecoder().decode(content).includes('argoproj.io/'))
  if (!holds) return (unit) => unit
  const edited = { ...world.bench, tree: changedTree(world.bench.tree, files) }
  const { applications } = await applicationsOf(edited, world.counted.deps)
  return (unit) => {
    const { name, namespace } = unit.application
    const again = applications.find((one) => one.name === name && one.namespace === namespace)
    return again === undefined ? unit : { ...unit, application: again }
  }
}

function nameOf({ kind, namespace, name, container, field }: BenchTarget, value: string): string {
  return `${kind}/${namespace}/${name}${container === undefined ? '' : ` [${container}]`} ${field} = ${value}`
}

type Answer = { readonly measured: Measured; readonly wrong: readonly string[]; readonly companions: number }

async function answer(world: World, ask: Ask): Promise<Answer> {
  const measured = await measure(asked(world, ask))
  const { outcome } = measured
  if (outcome.outcome !== 'edited') return { measured, wrong: [], companions: 0 }
  const { tools, checkout, bench, units } = world
  const after = await unitsAfter(world, outcome.files)
  const verdict = await judge({ tools, checkout, tree: bench.tree, units, after, outcome, ...ask })
  return { measured, wrong: verdict.wrong, companions: verdict.companions }
}

function resultOf(
  world: World,
  ask: Ask & { readonly is: Result['is'] },
  { measured, wrong, companions }: Answer,
  judged: { readonly status: Result['status']; readonly why: string },
): Result {
  const { outcome, located } = measured
  const bad = wrong.length > 0
  return {
    tree: world.bench.name,
    unit: ask.unit.name,
    what: nameOf(ask.target, ask.value),
    is: ask.is,
    status: bad ? 'wrong' : judged.status,
    located: located.located,
    why: bad ? 'wrong edit' : judged.why,
    message: bad ? wrong.join('; ') : outcome.outcome === 'refused' ? outcome.message : '',
    at: placeOf(measured),
    companions,
    ms: measured.ms,
    renders: measured.renders,
  }
}

function readTarget(object: string): Pick<BenchTarget, 'kind' | 'namespace' | 'name' | 'group'> {
  const [name = '', namespace = '', kind = '', group] = object.split('/').reverse()
  return { kind, namespace, name, ...(group === undefined ? {} : { group }) }
}

export type FixtureLimits = { readonly most: number; readonly times: boolean }

/** A fixture, held against its `expected.json`. `most` bounds its targets; `times` asks for those with nothing kept too. */
export async function benchFixture(
  fixture: Fixture,
  tools: Tools,
  { most, times }: FixtureLimits,
  random: () => number,
): Promise<Benched> {
  const world = await worldOf(fixture.name, fixture.tree, tools)
  const results: Result[] = []
  const asks = new Map<string, Ask>()
  for (const expected of sample(fixture.targets, most, random)) {
    const unit = world.units.find((one) => one.name === expected.application)
    const { container, field, value, is } = expected
    const target = { ...readTarget(expected.object), field, ...(container === undefined ? {} : { container }) }
    if (unit === undefined) {
      results.push(notFound(fixture.name, expected.application, nameOf(target, value), is))
      continue
    }
    const ask: Ask = { unit, target, value, companions: 'refuse' }
    asks.set(unit.name, ask)
    const given = await answer(world, ask)
    const other = unlike(fixture.tree, expected, given.measured)
    const fine = 'refused' in expected.expect ? 'refused-as-expected' : 'edited'
    const judged = other === undefined ? { status: fine, why: reasonOf(given) } : { status: 'miss', why: other }
    results.push(resultOf(world, { ...ask, is }, given, judged as Parameters<typeof resultOf>[3])) // the two words are statuses
  }
  return finish(world, results, times ? [...asks.values()] : [])
}

function reasonOf({ measured: { outcome } }: Answer): string {
  return outcome.outcome === 'refused' ? outcome.reason : ''
}

function notFound(tree: string, unit: string, what: string, is: Result['is']): Result {
  const ms = { locate: 0, edit: 0, prove: undefined }
  const message = `no Application ${unit} is found in the tree`
  const nothing = { located: false, at: '', companions: 0, ms, renders: 0 }
  return { tree, unit, what, is, status: 'miss', why: 'application-not-found', message, ...nothing }
}

async function finish(world: World, results: readonly Result[], asks: readonly Ask[]): Promise<Benched> {
  const { bench, units, checkout, tools } = world
  const times: { unit: string; cold: number; cached: number }[] = []
  for (const ask of asks)
    times.push({ unit: ask.unit.name, ...(await coldAndCached(asked(world, ask), tools.helmPath)) })
  const unbuildable: string[] = []
  for (const unit of units) {
    const rendered = await checkout.baseline(unit)
    if (!rendered.rendered) unbuildable.push(`${unit.name}: ${rendered.message}`)
  }
  checkout.remove()
  const unresolved = world.unresolved.map(({ name, reason, message }) => `${name}: ${reason}: ${message}`)
  return { name: bench.name, results, times, units: units.length, unbuildable, unresolved }
}

export type TreeLimits = { readonly perUnit: number; readonly most: number; readonly cold: number }

/** One target by rule: edited, or refused for what an oracle upholds. */
async function benchRule(world: World, unit: Unit, rule: RuleTarget): Promise<Result> {
  const { target, value, is } = rule
  const ask: Ask = { unit, target, value, companions: 'list' }
  const given = await answer(world, ask)
  const { outcome, located } = given.measured
  if (outcome.outcome === 'edited') return resultOf(world, { ...ask, is }, given, { status: 'edited', why: '' })
  if (outcome.outcome === 'already-set')
    return resultOf(world, { ...ask, is }, given, { status: 'miss', why: 'already-set' })
  const { tools, checkout, units } = world
  const { reason, message } = outcome
  const oracle = await rightful({ tools, checkout, unit, units, rule, reason, message, located })
  const judged =
    oracle === undefined
      ? ({ status: 'miss', why: reason } as const)
      : ({ status: 'refused-as-expected', why: `${reason} (${oracle})` } as const)
  return resultOf(world, { ...ask, is }, given, judged)
}

/** Any tree: every field of the workloads of everything that the real tools render in it, sampled by the seed. */
export async function benchTree(
  name: string,
  tree: Tree,
  tools: Tools,
  limits: TreeLimits,
  random: () => number,
  progress: (text: string) => void,
): Promise<Benched> {
  const world = await worldOf(name, tree, tools)
  const chosen: { unit: Unit; rule: RuleTarget }[] = []
  for (const [index, unit] of world.units.entries()) {
    progress(`${name}: rendering ${index + 1} of ${world.units.length}`)
    const rendered = await world.checkout.baseline(unit)
    if (!rendered.rendered) continue
    const all = ruleTargets(rendered.objects, unit.application.destination.namespace)
    for (const rule of sampled(all, limits.perUnit, random)) chosen.push({ unit, rule })
  }
  const results: Result[] = []
  const asks = new Map<string, Ask>()
  const targets = sample(chosen, limits.most, random)
  for (const [index, { unit, rule }] of targets.entries()) {
    progress(`${name}: ${index + 1} of ${targets.length} targets`)
    if (asks.size < limits.cold) asks.set(unit.name, { unit, ...rule, companions: 'list' })
    results.push(await benchRule(world, unit, rule))
  }
  return finish(world, results, [...asks.values()])
}

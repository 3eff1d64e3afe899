import { Kind, type OperationDefinitionNode, parse, print, visit } from 'graphql'
import type { Answer } from './exchange.ts'

export const FAULT_KINDS = [
  '502-before',
  '502-after',
  'reset-before',
  'reset-after',
  'hang-before',
  'hang-after',
  /**
   * A read answers as the same one did `back` times ago, or, with `ms`, as a replica that lags by so much: refs where they stood,
   * without what was made since.
   */
  'stale',
  /** A document stops after `fields` of its root fields; the rest is null, with one error. */
  'partial',
  /** 200 with "Something went wrong", after the effect. */
  'went-wrong',
  /** `ms` later than otherwise. */
  'latency',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export type Fault = {
  readonly kind: FaultKind
  /**
   * `PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge`, `PUT *`, or a root field of GraphQL: `mutation createPullRequest`,
   * `query repository`, `mutation *`; `*` is every request.
   */
  readonly match: string
  /** Which of the matching requests, counted from 1. Without it and `chance`: all. */
  readonly nth?: readonly number[]
  /** Share of the matching requests, decided by `seed` and their number. */
  readonly chance?: number
  readonly seed?: number
  /** Of latency, and of stale. */
  readonly ms?: number
  readonly fields?: number
  /** How many answers ago, of stale; 1 where absent. */
  readonly back?: number
}

export type Struck = { readonly fault: Fault; readonly matched: number; readonly struck: number }

export type Faults = {
  set(faults: readonly Fault[]): void
  /** The faults that this request meets; each call counts it. */
  meet(operations: readonly string[]): readonly Fault[]
  report(): readonly Struck[]
}

export function createFaults(): Faults {
  let plan: { fault: Fault; matched: number; struck: number }[] = []
  return {
    set(faults) {
      plan = faults.map((fault) => ({ fault, matched: 0, struck: 0 }))
    },
    meet(operations) {
      const met: Fault[] = []
      for (const entry of plan) {
        if (!operations.some((one) => matches(entry.fault.match, one))) continue
        entry.matched += 1
        if (!due(entry.fault, entry.matched)) continue
        entry.struck += 1
        met.push(entry.fault)
      }
      return met
    },
    report: () => plan.map((entry) => ({ ...entry })),
  }
}

function matches(pattern: string, operation: string): boolean {
  if (pattern === '*') return true
  return pattern.endsWith(' *') ? operation.startsWith(pattern.slice(0, -1)) : pattern === operation
}

function due(fault: Fault, count: number): boolean {
  if (fault.nth !== undefined) return fault.nth.includes(count)
  return fault.chance === undefined || fraction(fault.seed ?? 0, count) < fault.chance
}

/** A number from 0 to 1 that seed and count decide (mulberry32). */
function fraction(seed: number, count: number): number {
  let state = (seed + Math.imul(count, 0x6d2b79f5)) | 0
  state = Math.imul(state ^ (state >>> 15), state | 1)
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61)
  return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296
}

export const serverError = (): Answer => ({ status: 502, body: { message: 'Server Error' } })

export function wentWrong(requestId: string): Answer {
  const message = `Something went wrong while executing your query. Please include \`${requestId}\` when reporting this issue.`
  return { status: 200, body: { data: null, errors: [{ message }] } }
}

export type GraphqlBody = {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | null
  readonly operationName?: string | null
}

/** The document with all root fields after the first `fields` skipped, and the names under which those would be answered. */
export function cutShort(body: GraphqlBody, fields: number): { readonly body: GraphqlBody; readonly left: string[] } {
  const left: string[] = []
  const cut = visit(parse(body.query), {
    OperationDefinition: (node: OperationDefinitionNode) => ({
      ...node,
      selectionSet: {
        ...node.selectionSet,
        selections: node.selectionSet.selections.map((selection, at) => {
          if (at < fields || selection.kind !== Kind.FIELD) return selection
          left.push(selection.alias?.value ?? selection.name.value)
          return { ...selection, directives: [...(selection.directives ?? []), SKIP] }
        }),
      },
    }),
  })
  return { body: { ...body, query: print(cut) }, left }
}

const SKIP = {
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'skip' },
  arguments: [
    { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'if' }, value: { kind: Kind.BOOLEAN, value: true } },
  ],
} as const

/** What GitHub answers when a document stops in the middle: null for what was left, and one error. */
export function stopped(answer: Answer, left: readonly string[], requestId: string): Answer {
  if (answer.status !== 200 || left.length === 0) return answer
  // The cast: an answer of ours to a document.
  const body = answer.body as { data?: Record<string, unknown> | null; errors?: unknown[] }
  const nulls = Object.fromEntries(left.map((name) => [name, null]))
  const wrong = { ...{ message: messageOf(wentWrong(requestId)) }, path: [left[0]] }
  return { ...answer, body: { data: { ...body.data, ...nulls }, errors: [...(body.errors ?? []), wrong] } }
}

function messageOf(answer: Answer): string {
  // The cast: made by wentWrong, above.
  return (answer.body as { errors: { message: string }[] }).errors[0]?.message ?? ''
}

/** Former answers of reads, by what was asked; the newest few. */
export type Memory = { recall(key: string, back: number): Answer | undefined; keep(key: string, answer: Answer): void }

const KEYS = 2000
const ANSWERS = 4

export function createMemory(): Memory {
  const answers = new Map<string, Answer[]>()
  return {
    recall: (key, back) => answers.get(key)?.at(-back),
    keep(key, answer) {
      const known = answers.get(key) ?? []
      answers.delete(key)
      answers.set(key, [...known, answer].slice(-ANSWERS))
      const oldest = answers.keys().next().value
      if (answers.size > KEYS && oldest !== undefined) answers.delete(oldest)
    },
  }
}

import { AmbiguousWrite, type GitHubApi, type WriteDocument } from '../../../src/adapters/github/api.ts'
import { writes } from '../../../src/adapters/github/calls.ts'
import { type Call, type Fault, Kill, unreachable } from '../api.ts'

export type RealApiOptions = {
  readonly turn: () => Promise<void>
  readonly faults: (call: Call) => Fault | undefined
  /** Runs a request that takes its own time. */
  readonly outside: <T>(work: () => Promise<T>) => Promise<T>
  /** Asked again after each read, until the answer may be used. */
  readonly ready: (answer: unknown) => Promise<boolean>
}

/** The first parts of a document: what GitHub had done of it when it broke off. */
function cut({ branch, commit, pull, ...rest }: WriteDocument, parts: number): WriteDocument {
  const asked = [branch && { branch }, commit && { commit }, pull && { pull }].filter((part) => part !== undefined)
  return Object.assign({}, rest, ...asked.slice(0, parts))
}

/** A real api whose calls wait for their turn and meet the same faults as those of the model do. Reads are never stale. */
export function scheduledApi(inner: GitHubApi, options: RealApiOptions): GitHubApi {
  let count = 0
  const send = async (method: string, args: readonly unknown[]): Promise<unknown> => {
    const call: unknown = Reflect.get(inner, method)
    if (typeof call !== 'function') throw new TypeError(`${method} is no call`)
    return options.outside(async () => {
      for (;;) {
        const answer: unknown = await call.apply(inner, args)
        if (writes(method) || (await options.ready(answer))) return answer
      }
    })
  }
  const perform = async (method: string, args: readonly unknown[]): Promise<unknown> => {
    const write = writes(method)
    // The cast: names come from the type, by the proxy below.
    const call: Call = { count: ++count, method: method as keyof GitHubApi, write }
    await options.turn()
    const fault = options.faults(call)
    if (fault === 'kill-before') throw new Kill()
    if (fault === 'refused') throw unreachable(method)
    const lost = fault === 'lost-before' || fault === 'lost-after'
    if (lost && !write) throw unreachable(method)
    if (fault === 'lost-before') throw new AmbiguousWrite(method)
    const partial = typeof fault === 'object' && 'partial' in fault ? fault.partial : undefined
    const sent = partial === undefined ? args : [cutOf(method, args[0], partial)]
    const answer = sent[0] === undefined && partial !== undefined ? undefined : await send(method, sent)
    await options.turn()
    if (fault === 'kill-after') throw new Kill()
    if (fault === 'lost-after' || partial !== undefined) throw new AmbiguousWrite(method)
    return answer
  }
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (...args: unknown[]) => perform(String(name), args) : value
    },
  })
}

function cutOf(method: string, document: unknown, parts: number): unknown {
  if (method !== 'write') return undefined
  // The cast: the one argument of `write`.
  const left = cut(document as WriteDocument, parts)
  return (left.branch ?? left.commit ?? left.pull) ? left : undefined
}

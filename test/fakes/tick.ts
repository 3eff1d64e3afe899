import { emptyMemory } from '../../src/controller/index.ts'
import type { LaneView, Tick } from '../../src/controller/lane.ts'
import { observe } from '../../src/controller/observe.ts'
import { Trees } from '../../src/controller/owner.ts'
import { laneOf } from '../../src/domain/index.ts'
import { cart } from './incident.ts'
import type { Walk } from './walk.ts'

/** A tick of a walk's world at this moment, with the parts replaced that a test is about. */
export async function tickOf(walk: Walk, change: Partial<Tick> = {}): Promise<Tick> {
  return {
    deps: walk.deps,
    memory: emptyMemory(),
    sight: await observe(walk.deps, walk.clock.now()),
    trees: new Trees(walk.deps),
    policies: [],
    unreadPolicies: new Set(),
    common: new Set(),
    paused: false,
    frozen: false,
    unreachable: new Set(),
    withoutSettings: new Set(),
    otherRules: new Map(),
    ...change,
  }
}

/** A lane of which nothing is known, with the parts that a test is about. */
export function viewOf(change: Partial<LaneView> = {}): LaneView {
  const { container: _, ...subject } = cart
  return {
    lane: laneOf(cart),
    subject,
    answers: [],
    findings: [],
    facts: {},
    owner: { found: false, reason: 'application-not-found', message: 'none' },
    history: { attempts: [], answers: [], elsewhere: [], all: [] },
    seen: {},
    ...change,
  }
}

/** Something that GitHub would not understand, or that the stand-in should not have said. It fails the test. */
export type Violation = {
  readonly at: number
  readonly kind: 'unknown-route' | 'request' | 'answer' | 'graphql' | 'webhook' | 'crash'
  readonly operation: string
  readonly problems: readonly string[]
}

export type Violations = {
  add(violation: Omit<Violation, 'at'>): void
  all(): readonly Violation[]
  /** All so far, which are then forgotten: for a test that breaks a rule on purpose. */
  take(): readonly Violation[]
}

export function createViolations(now: () => number, tell: (line: string) => void): Violations {
  let known: Violation[] = []
  return {
    add(violation) {
      known.push({ at: now(), ...violation })
      tell(`stand-in: ${violation.kind} ${violation.operation}: ${violation.problems.join('; ')}`)
    },
    all: () => known,
    take() {
      const taken = known
      known = []
      return taken
    },
  }
}

import type { Detector } from '../../detection/index.ts'

export type Summary = {
  readonly judged: number
  readonly models: readonly {
    readonly model: string
    readonly fits: number
    readonly fitMs: number
    readonly scoreMs: number
  }[]
}

/** What each detector cost, by the clock. */
export class Cost {
  readonly #models = new Map<string, { fits: number; fitMs: number; scoreMs: number }>()

  of(detector: Detector): Detector {
    const cost = { fits: 0, fitMs: 0, scoreMs: 0 }
    this.#models.set(detector.id, cost)
    const timed = <T>(key: 'fitMs' | 'scoreMs', work: () => T): T => {
      const begun = performance.now()
      const result = work()
      cost[key] += performance.now() - begun
      return result
    }
    return {
      id: detector.id,
      serves: detector.serves,
      fit: (input) => {
        cost.fits += 1
        return timed('fitMs', () => detector.fit(input))
      },
      heldOut: (input) => timed('fitMs', () => detector.heldOut(input)),
      score: (model, window, from, to) => timed('scoreMs', () => detector.score(model, window, from, to)),
    }
  }

  summary(judged: number): Summary {
    const models = [...this.#models].map(([model, cost]) => ({
      model,
      fits: cost.fits,
      fitMs: Math.round(cost.fitMs),
      scoreMs: Math.round(cost.scoreMs),
    }))
    return { judged, models }
  }
}

import type { ReasonInfo } from './reason-info.ts'

/** Whether there is enough to judge by. */
export const DATA_REASONS = {
  'data-missing': {
    group: 'data',
    means: 'A query that decides was not answered, or gave no series.',
    next: 'Look at the query in the message: whether its metric is scraped, and whether the token may read it.',
  },
  'data-partial': {
    group: 'data',
    means: 'Prometheus said that data is missing from its answer.',
    next: 'Look at the stores behind it.',
  },
  'data-stale': {
    group: 'data',
    means: 'The newest sample is older than two scrape intervals.',
    next: 'Check that the target is scraped.',
  },
} as const satisfies Readonly<Record<string, ReasonInfo>>

import { KintsugiError, VOTINGS } from '../../domain/index.ts'
import type { Verb } from '../verb.ts'

export const detect: Verb = {
  name: 'detect',
  summary: 'judge a series of samples with every model, point by point',
  examples: [
    { says: 'the alarms in a file', command: 'kintsugi detect --csv latency.csv' },
    {
      says: 'the same over the last week of a Prometheus, with a chart',
      command: 'kintsugi detect --prometheus http://127.0.0.1:9090 --query node_load1 --since 7d',
    },
    { says: 'every point with its votes, a JSON document a line', command: 'kintsugi detect --csv latency.csv --json' },
    { says: 'how long fitting and scoring took', command: 'kintsugi detect --csv latency.csv --summary' },
  ],
  options: [
    { name: 'csv', value: 'FILE', says: 'samples: timestamp,value[,label], a line each' },
    { name: 'prometheus', value: 'URL', says: 'root of the Prometheus API, asked in the place of a file' },
    { name: 'query', value: 'PROMQL', says: 'what it is asked; each series of the answer is judged by itself' },
    { name: 'since', value: 'DURATION', says: 'how far back (default 7d)' },
    { name: 'until', value: 'TIME', says: 'where the range ends, ISO 8601 (default now)' },
    { name: 'step', value: 'DURATION', says: 'distance of the samples (default: at most 2200 of them, 5m for a week)' },
    { name: 'series', value: 'N', says: 'only the Nth series of the answer, in order of their labels' },
    { name: 'token-file', value: 'FILE', says: 'bearer token for Prometheus' },
    { name: 'ca-file', value: 'FILE', says: 'authorities that Prometheus is trusted by' },
    { name: 'tenant', value: 'NAME', says: 'tenant of a Mimir or Thanos, sent as X-Scope-OrgID' },
    { name: 'fit-fraction', value: 'SHARE', says: 'share of the samples that is only fitted on, 0 to 1 (default 0.3)' },
    { name: 'voting', value: VOTINGS.join('|'), says: 'how votes become an anomaly (default: two of the models)' },
    { name: 'time-zone', value: 'ZONE', says: 'clock that days and weeks of the samples follow (default UTC)' },
    {
      name: 'exclude',
      value: 'FROM/TO',
      repeatable: true,
      says: 'a known incident or holiday, ISO 8601: judged, and nothing learned from',
    },
    { name: 'chart', says: 'draw a chart, as on a terminal' },
    { name: 'ascii', says: 'draw it in ASCII, as where the locale is not UTF-8' },
    { name: 'summary', says: 'add what fitting and scoring cost' },
  ],
  async run(context) {
    const { args } = context
    const [csv, prometheus] = [args.text('csv'), args.text('prometheus')]
    if (csv !== undefined && prometheus !== undefined)
      throw new KintsugiError('KIN-1001', '--csv and --prometheus exclude each other.')
    if (prometheus !== undefined) {
      const { judgeQuery } = await import('./judge-query.ts')
      return judgeQuery(context, prometheus)
    }
    const live = ONLY_LIVE.find((name) => args.has(name))
    if (csv === undefined) throw new KintsugiError('KIN-1001', 'detect needs --csv FILE, or --prometheus URL.')
    if (live !== undefined) throw new KintsugiError('KIN-1001', `--${live} is of --prometheus, not of --csv.`)
    const { judgeFile } = await import('./judge-file.ts')
    return judgeFile(context, csv)
  },
}

const ONLY_LIVE = ['query', 'since', 'until', 'step', 'series', 'token-file', 'ca-file', 'tenant'] as const

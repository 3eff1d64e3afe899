import { VOTINGS } from '../../domain/index.ts'
import type { Verb } from '../verb.ts'

export const detect: Verb = {
  name: 'detect',
  summary: 'judge a series of samples with every model, point by point',
  examples: [
    { says: 'the alarms in a file', command: 'kintsugi detect --csv latency.csv' },
    { says: 'every point with its votes, a JSON document a line', command: 'kintsugi detect --csv latency.csv --json' },
    { says: 'how long fitting and scoring took', command: 'kintsugi detect --csv latency.csv --summary' },
  ],
  options: [
    { name: 'csv', value: 'FILE', required: true, says: 'samples: timestamp,value[,label], a line each' },
    { name: 'fit-fraction', value: 'SHARE', says: 'share of the samples that is only fitted on, 0 to 1 (default 0.3)' },
    { name: 'voting', value: VOTINGS.join('|'), says: 'how votes become an anomaly (default: two of the models)' },
    { name: 'summary', says: 'add what fitting and scoring cost' },
  ],
  async run(context) {
    const { judgeFile } = await import('./judge-file.ts')
    return judgeFile(context)
  },
}

import type { Verb } from '../verb.ts'

export const forecast: Verb = {
  name: 'forecast',
  summary: 'what a metric will be, and when it meets a limit, with intervals',
  examples: [
    { says: 'an hour, six hours and a day ahead', command: 'kintsugi forecast --csv latency.csv' },
    { says: 'when a volume is full', command: 'kintsugi forecast --csv latency.csv --limit 100 --coverage 0.8' },
  ],
  options: [
    { name: 'csv', value: 'FILE', required: true, says: 'samples: timestamp,value[,label], a line each' },
    {
      name: 'ahead',
      value: 'DURATION',
      repeatable: true,
      says: 'how far after the last sample (default 1h, 6h and 24h)',
    },
    { name: 'limit', value: 'NUMBER', says: 'a level that must not be reached, in the unit of the file' },
    { name: 'coverage', value: 'SHARE', says: 'how often an interval should hold, 0 to 1 (default 0.9)' },
    { name: 'time-zone', value: 'ZONE', says: 'IANA zone whose clock days and weeks follow (default UTC)' },
  ],
  async run(context) {
    const { forecastFile } = await import('./forecast-file.ts')
    return forecastFile(context)
  },
}

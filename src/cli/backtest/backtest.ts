import { JOB_OPTIONS } from '../job-options.ts'
import type { Verb } from '../verb.ts'

export const backtest: Verb = {
  name: 'backtest',
  summary: 'say what would have been proposed, held and why, day by day, over the past; never writes',
  examples: [
    {
      says: 'the last 30 days, without a repository: fields and values, no lines of files',
      command: 'kintsugi backtest --prometheus http://127.0.0.1:9090 --policies policies/ --since 30d',
    },
    {
      says: 'with the repository as it is now, and a recording of what Prometheus answered',
      command:
        'kintsugi backtest --prometheus http://127.0.0.1:9090 --repo shop.git --policies policies/ --since 7d --record past/',
    },
    {
      says: 'the same past again, with other policies and no server',
      command: 'kintsugi backtest --recorded past/ --repo shop.git --policies stricter/',
    },
  ],
  options: [
    {
      name: 'prometheus',
      value: 'URL',
      says: 'root of the Prometheus API; only ranges up to each moment are looked at',
    },
    { name: 'recorded', value: 'DIR', says: 'a recording, in the place of a Prometheus' },
    { name: 'record', value: 'DIR', says: 'write the answers of Prometheus into this new folder, for --recorded' },
    {
      name: 'policies',
      value: 'PATH',
      repeatable: true,
      says: 'file or folder of SelfHealingPolicies; those in --repo count too',
    },
    { name: 'since', value: 'DURATION', says: 'how far back (default 30d; all of a recording)' },
    { name: 'until', value: 'TIME', says: 'where the past ends, ISO 8601 (default now; the end of a recording)' },
    {
      name: 'every',
      value: 'DURATION',
      says: 'look so often (default 1m, or tick.every of the configuration); longer is faster and coarser',
    },
    {
      name: 'models',
      value: 'off|all|NAMES',
      says: 'models beside the rules (default isolation-forest, as plan has it: all four take some seconds per workload and day)',
    },
    {
      name: 'repo',
      value: 'BARE_REPO',
      says: 'bare GitOps repository, looked at as it is now; without one, what the exporters told was declared stands in for it',
    },
    {
      name: 'application',
      value: 'FILE',
      repeatable: true,
      says: 'Argo CD Application; those in the repository where none is named',
    },
    { name: 'url', value: 'URL', repeatable: true, says: 'the repoURL by which Applications name --repo' },
    {
      name: 'config',
      value: 'FILE',
      says: 'operator configuration; what it pauses, freezes or asks outside is left aside. Without one, every mode above propose is off',
    },
    { name: 'token-file', value: 'FILE', says: 'bearer token for Prometheus' },
    { name: 'ca-file', value: 'FILE', says: 'authorities that Prometheus is trusted by' },
    ...JOB_OPTIONS,
  ],
  async run(context) {
    const { runBacktest } = await import('./run-backtest.ts')
    return runBacktest(context)
  },
}

import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { cases } from './cases.ts'

/** Writes the figures that the reference gives on the made-up cases, which the test of ours holds against them. Needs python3 with numpy, and the reference. */
const REFERENCE = resolve('../shared/tools')
const GOLDEN = resolve('test/bench/detection-metrics.json')
/** As many digits as tell a difference in the fourth. */
const DIGITS = 9

const PROGRAM = `
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import metrics as m
def figures(case):
    l, y, s = np.array(case['labels'], bool), np.array(case['alarms'], bool), np.array(case['scores'], float)
    ranked = {'auc': m.auc_pr(l, s), 'vus': m.vus_pr(l, s)} if l.any() else {'auc': None, 'vus': None}
    return dict(name=case['name'], events=m.events(l, y), onsets=m.onsets(l, y), points=m.point_counts(l, y), inAlarm=m.in_alarm(y), **ranked)
print(json.dumps([figures(case) for case in json.load(sys.stdin)]))
`

if (!existsSync(resolve(REFERENCE, 'metrics.py'))) throw new Error(`${REFERENCE}/metrics.py is absent`)
const { status, stdout, stderr } = spawnSync('python3', ['-c', PROGRAM, REFERENCE], {
  input: JSON.stringify(cases()),
  encoding: 'utf8',
})
if (status !== 0) throw new Error(`python3 with numpy did not come to an end: ${stderr}`)
const rounded = JSON.parse(stdout, (_, value: unknown) =>
  typeof value === 'number' ? Number(value.toFixed(DIGITS)) : value,
)
writeFileSync(GOLDEN, `${JSON.stringify(rounded, null, 2)}\n`)
console.log(`${GOLDEN} written`)

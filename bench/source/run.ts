import { existsSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { diskTree } from '../../src/adapters/files/index.ts'
import { type Benched, benchFixture, benchTree, type TreeLimits } from './bench-one.ts'
import { fixtureNames, readFixture } from './expected.ts'
import { FIXTURES, PROJECT } from './project.ts'
import { randomFrom } from './random.ts'
import { details, failed, lineOf, summary } from './report.ts'
import { findTools, type Tools } from './tools.ts'

const DATA = resolve(PROJECT, '../shared/data/gitops-dev')

const { values } = parseArgs({
  options: {
    tree: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '1' },
    helm: { type: 'string', default: '3' },
    'per-unit': { type: 'string', default: '8' },
    most: { type: 'string', default: '400' },
    cold: { type: 'string', default: '10' },
  },
})

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

function told(benched: Benched): Benched {
  progress('')
  console.log(lineOf(benched))
  return benched
}

function wanted(name: string): boolean {
  return values.only.length === 0 || values.only.some((one) => name.includes(one))
}

async function ownFixtures(tools: Tools, random: () => number): Promise<Benched[]> {
  const all: Benched[] = []
  for (const folder of ['charts', 'trees'])
    for (const name of fixtureNames(join(FIXTURES, folder)).filter(wanted)) {
      progress(name)
      const fixture = readFixture(join(FIXTURES, folder, name))
      all.push(told(await benchFixture(fixture, tools, { most: Number.POSITIVE_INFINITY, times: true }, random)))
    }
  return all
}

function dataFolders(): readonly string[] {
  if (!existsSync(DATA)) {
    console.log('skipped: public repositories, because ../shared/data/gitops-dev is not there')
    return []
  }
  return readdirSync(DATA)
    .filter((name) => name !== 'values-files' && wanted(name))
    .map((name) => join(DATA, name))
    .filter((path) => statSync(path).isDirectory())
}

async function main(): Promise<void> {
  const tools = await findTools(values.helm === '4' ? 4 : 3)
  if (tools === undefined) {
    console.error('helm or kubectl is missing: npm run tools brings them. Nothing is judged without the real ones.')
    process.exitCode = 1
    return
  }
  const seed = Number(values.seed)
  const random = randomFrom(seed)
  const limits: TreeLimits = {
    perUnit: Number(values['per-unit']),
    most: Number(values.most),
    cold: Number(values.cold),
  }
  const named = values.tree.map((one) => resolve(one))
  const all: Benched[] = named.length === 0 ? await ownFixtures(tools, random) : []
  for (const folder of named.length === 0 ? dataFolders() : named) {
    const name = folder.slice(folder.lastIndexOf('/') + 1)
    all.push(told(await benchTree(name, await diskTree(folder), tools, limits, random, progress)))
  }
  const report = join(mkdtempSync(join(tmpdir(), 'kintsugi-bench-report-')), 'report.txt')
  writeFileSync(report, details(all))
  console.log(summary(all, ['', `seed ${seed}; ${tools.versions.join('; ')}`]))
  console.log(`every miss with its file and line: ${report}`)
  if (failed(all)) process.exitCode = 1
}

await main()

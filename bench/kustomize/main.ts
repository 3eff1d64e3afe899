import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Tree } from '../../src/domain/index.ts'
import { kustomizationRoots } from '../../src/source/kustomize/index.ts'
import { memoryTree } from '../../src/source/tree.ts'
import { compare, kubectlVersion, treeOfDirectory } from '../../test/source/kustomize/against-kubectl.ts'
import { combinationCount, generated } from './generator.ts'
import { emptyTally, fails, note, report, type Tally } from './tally.ts'

const USAGE = `npm run bench:kustomize -- [--trees N] [--seed N] [--only real|generated] [--match TEXT] [--keep DIR] [--verbose]
Builds in process beside \`kubectl kustomize\`, over the sample repositories and over generated ones.
KINTSUGI_N is the number of trees where --trees is absent; all combinations of features where neither says.
Exits with 1 where an object differs, with 2 where nothing could be compared.`

const REPOSITORIES = ['podinfo', 'flux2-kustomize-helm-example', 'kustomize-examples', 'gitops-catalog']

/** One directory to build, in a tree that is on disk too while `run` is under way. */
type Work = { readonly name: string; run(): Promise<void> }

/** Two processes of kubectl at once at most. */
async function runAll(work: Iterable<Work>): Promise<void> {
  const queue = work[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await next.value.run()
  }
  await Promise.all([worker(), worker()])
}

async function compareInto(tally: Tally, name: string, tree: Tree, base: string, dir: string): Promise<void> {
  note(tally, name, await compare(tree, base, dir))
}

function* realWork(data: string, match: string, tally: Tally): Generator<Work> {
  for (const name of REPOSITORIES.filter((one) => existsSync(join(data, one)))) {
    const base = join(data, name)
    const tree = treeOfDirectory(base)
    for (const dir of kustomizationRoots(tree).filter((root) => `${name}/${root}`.includes(match))) {
      yield { name, run: () => compareInto(tally, `${name}/${dir}`, tree, base, dir) }
    }
  }
}

function* generatedWork(settings: Settings, scratch: string, tally: Tally): Generator<Work> {
  let index = 0
  for (const { name, files, dir } of generated(settings.trees, settings.seed)) {
    const number = index
    index += 1
    if (!name.includes(settings.match)) continue
    const base = join(scratch, String(number))
    const run = async (): Promise<void> => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(base, path)), { recursive: true })
        writeFileSync(join(base, path), content)
      }
      await compareInto(tally, `${number} ${name}`, memoryTree(files), base, dir)
      if (settings.keep === undefined) rmSync(base, { recursive: true })
    }
    yield { name, run }
  }
}

type Settings = {
  readonly trees: number
  readonly seed: number
  readonly only: string
  readonly match: string
  readonly keep: string | undefined
  readonly verbose: boolean
}

function settingsOf(args: readonly string[]): Settings | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      trees: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      match: { type: 'string' },
      keep: { type: 'string' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) return undefined
  const asked = values.trees ?? process.env['KINTSUGI_N'] ?? 'all'
  const trees = asked === 'all' || asked === 'full' ? combinationCount() : Number(asked)
  const seed = Number(values.seed ?? 1)
  if (!Number.isSafeInteger(trees) || trees < 1 || !Number.isSafeInteger(seed)) return undefined
  const { only = '', match = '', keep, verbose = false } = values
  return { trees, seed, only, match, keep, verbose }
}

async function main(): Promise<number> {
  const settings = settingsOf(process.argv.slice(2))
  if (settings === undefined) {
    console.log(USAGE)
    return 2
  }
  const version = await kubectlVersion()
  if (version === undefined) {
    console.log('There is no kubectl. Run `npm run tools`, or put one on the PATH.')
    return 2
  }
  console.log(`in process beside kubectl kustomize (${version})`)
  const [real, made] = [emptyTally(), emptyTally()]
  const data = resolve('../shared/data/gitops-dev')
  if (settings.only !== 'generated') {
    if (existsSync(data)) await runAll(realWork(data, settings.match, real))
    console.log(existsSync(data) ? report('sample repositories', real, settings.verbose) : `absent: ${data}`)
  }
  if (settings.only !== 'real') {
    const scratch = settings.keep ?? mkdtempSync(join(tmpdir(), 'kintsugi-bench-'))
    await runAll(generatedWork(settings, scratch, made))
    if (settings.keep === undefined) rmSync(scratch, { recursive: true })
    console.log(report(`generated repositories, seed ${settings.seed}`, made, settings.verbose))
  }
  return fails(real) || fails(made) ? 1 : 0
}

process.exitCode = await main()

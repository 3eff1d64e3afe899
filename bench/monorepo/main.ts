import { execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Files } from './files.ts'
import { FULL, monorepo, REPOSITORY } from './generate.ts'

/** The built command, from where this file is built to and from where it is written. */
const CLI = resolve(process.cwd(), 'dist/cli.js')

const TELL =
  'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)))'

type Ran = { readonly code: number; readonly seconds: number; readonly peakMiB: number; readonly out: string }

/** One whole process: wall time from start to exit, and the most memory that it held. Its helm children are not counted. */
function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const started = performance.now()
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(TELL)}`, CLI, ...args],
    {
      env,
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    },
  )
  const parts: Buffer[] = []
  const peak: Buffer[] = []
  child.stdout?.on('data', (data: Buffer) => parts.push(data))
  child.stdio[3]?.on('data', (data: Buffer) => peak.push(data))
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('close', (code) =>
      done({
        code: code ?? -1,
        seconds: (performance.now() - started) / 1000,
        peakMiB: Number(Buffer.concat(peak).toString()) / 1024,
        out: Buffer.concat(parts).toString('utf8'),
      }),
    )
  })
}

async function write(dir: string, files: Files): Promise<void> {
  const folders = new Set(Object.keys(files).map((path) => dirname(join(dir, path))))
  for (const folder of folders) await mkdir(folder, { recursive: true })
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text)
}

function checkout(dir: string): void {
  const git = (...words: readonly string[]): void => {
    execFileSync('git', ['-C', dir, ...words], { stdio: 'ignore' })
  }
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', REPOSITORY)
  git('add', '-A')
  git('-c', 'user.name=bench', '-c', 'user.email=bench@example', 'commit', '-qm', 'monorepo')
}

type Line = { readonly what: string; readonly ran: Ran; readonly seconds: number; readonly peakMiB?: number }

function report({ what, ran, seconds, peakMiB = Number.POSITIVE_INFINITY }: Line): boolean {
  const fine = ran.code === 0 && ran.seconds <= seconds && ran.peakMiB <= peakMiB
  const figures = `${ran.seconds.toFixed(2).padStart(7)} s  ${ran.peakMiB.toFixed(0).padStart(5)} MiB  exit ${ran.code}`
  console.log(`${fine ? 'ok  ' : 'MISS'}  ${what.padEnd(34)}  ${figures}  (aim ${seconds} s)`)
  return fine
}

/** Deployments of every kind of Application; each is asked for in its namespace, as people do. */
const TARGETS = ['svc-7', 'svc-100', 'plain-3', 'over-4', 'pair-7-api', 'dir-3', 'platform-2'] as const

type Mapped = {
  readonly applications: readonly {
    readonly objects: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[]
  }[]
  readonly totals: { readonly applications: number }
}

function namespaceOf(mapped: Mapped, name: string): string {
  const objects = mapped.applications.flatMap((one) => one.objects)
  const found = objects.find((one) => one.kind === 'Deployment' && one.name === name)
  if (found === undefined) throw new Error(`no Application renders Deployment ${name}`)
  return found.namespace
}

async function main(): Promise<void> {
  const seed = Number(process.argv[2] ?? 1)
  const work = await mkdtemp(join(tmpdir(), 'kintsugi-monorepo-'))
  const [dir, cache] = [join(work, 'repository'), join(work, 'cache')]
  const env = { ...process.env, XDG_CACHE_HOME: cache }
  try {
    const files = monorepo(seed, FULL)
    await write(dir, files)
    checkout(dir)
    console.log(`seed ${seed}: ${Object.keys(files).length} files`)
    const results: boolean[] = []
    const cold = await run(['map', '--tree', dir, '--json'], env)
    results.push(report({ what: 'map, cold', ran: cold, seconds: 60, peakMiB: 1024 }))
    const mapped: Mapped = JSON.parse(cold.out)
    const { totals } = mapped
    console.log(JSON.stringify(totals))
    if (totals.applications !== 800) throw new Error(`the map has ${totals.applications} Applications, not 800`)
    results.push(
      report({ what: 'map, warm', ran: await run(['map', '--tree', dir, '--json'], env), seconds: 60, peakMiB: 1024 }),
    )
    for (const target of TARGETS) {
      await rm(cache, { recursive: true, force: true })
      const words = ['where', `deploy/${target}`, 'limits.memory', '-n', namespaceOf(mapped, target)]
      results.push(
        report({ what: `${target}, cold`, ran: await run([...words, '-c', 'app', '--tree', dir], env), seconds: 10 }),
      )
      results.push(
        report({ what: `${target}, warm`, ran: await run([...words, '-c', 'app', '--tree', dir], env), seconds: 1 }),
      )
    }
    process.exitCode = results.every(Boolean) ? 0 : 1
  } finally {
    if (process.env['KINTSUGI_KEEP'] === undefined) await rm(work, { recursive: true, force: true })
    else console.log(work)
  }
}

await main()

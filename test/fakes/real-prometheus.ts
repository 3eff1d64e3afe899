import { execFile, spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

function onPath(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}

export type PrometheusTools = { readonly prometheus: string; readonly promtool: string }

/**
 * The tools on PATH. Where they are absent it says so on the console, and throws when KINTSUGI_REQUIRE_TOOLS is 1:
 * a machine that has to have them must not pass without.
 */
export function prometheusTools(wanted: string): PrometheusTools | undefined {
  const prometheus = onPath('prometheus')
  const promtool = onPath('promtool')
  if (prometheus !== undefined && promtool !== undefined) return { prometheus, promtool }
  const missing = [prometheus === undefined ? 'prometheus' : '', promtool === undefined ? 'promtool' : '']
  const said = `${wanted}: skipped, not on PATH: ${missing.join(' ').trim()}`
  if (process.env['KINTSUGI_REQUIRE_TOOLS'] === '1') throw new Error(said)
  console.log(said)
  return undefined
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // The cast: a server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export type RealPrometheus = { readonly url: string; stop(): Promise<void> }

async function untilReady(url: string, ended: () => string | undefined): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 50) {
    const why = ended()
    if (why !== undefined) throw new Error(`prometheus ended: ${why}`)
    const ready = await fetch(`${url}/-/ready`)
      .then(({ ok }) => ok)
      .catch(() => false)
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('prometheus was not ready within 15 s')
}

/**
 * A Prometheus on a free loopback port with these samples. A file cannot hold staleness marks, so a look-back of one
 * scrape interval stands for them: what is not told any more is gone at once, as after a real scrape.
 */
export async function realPrometheus(
  tools: PrometheusTools,
  openMetrics: string,
  scrapeMs: number,
): Promise<RealPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-tsdb-'))
  const file = join(folder, 'samples.om')
  const config = join(folder, 'prometheus.yml')
  writeFileSync(file, openMetrics)
  writeFileSync(config, 'global: {}\n')
  await run(tools.promtool, ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, join(folder, 'data')])
  const port = await freePort()
  const server = spawn(
    tools.prometheus,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${scrapeMs}ms`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  let ended: string | undefined
  server.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000)
  })
  const exit = new Promise<void>((resolve) => {
    server.on('error', ({ message }) => {
      ended = message
      resolve()
    })
    server.on('exit', (code) => {
      ended = `exit code ${code} ${said}`
      resolve()
    })
  })
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM')
    await exit
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const url = `http://127.0.0.1:${port}`
    await untilReady(url, () => ended)
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

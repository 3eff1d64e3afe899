#!/usr/bin/env node
import { homedir } from 'node:os'
import { parseArgs } from 'node:util'
import { egressTargets, exposures, reachable, rendererService, type Target } from './adapters/render/index.ts'

const USAGE = `kintsugi-renderer: renders charts for Kintsugi, in a process without credentials, rights or a network

  --listen HOST:PORT      127.0.0.1:8181 unless told; port 0 takes a free one
  --helm FILE             helm 3 or 4; KINTSUGI_HELM and the PATH where not told
  --concurrency N         renders at once, 1 to 64; 2 unless told
  --check-egress          also try to reach the metadata of clouds, the API of the cluster and the world
  --egress-target H:P     try this too (repeatable; implies --check-egress)
  --allow-root            do not mind the rights of root
  --tolerate              start though there are credentials, and say so: it then counts as isolation process

It answers POST /render, GET /healthz and GET /version, and ends with SIGTERM.
`

const WITHIN_MS = 1500

type Place = { readonly host: string; readonly port: number }

function placeOf(text: string): Place | undefined {
  const colon = text.lastIndexOf(':')
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  const port = Number(text.slice(colon + 1))
  return colon > 0 && Number.isInteger(port) && port >= 0 && port <= 65_535 ? { host, port } : undefined
}

type Asked = {
  readonly listen: Place
  readonly helm: string | undefined
  readonly concurrency: number
  readonly targets: readonly Target[]
  readonly allowRoot: boolean
  readonly tolerate: boolean
}

/** Undefined where the words are not understood. */
function read(argv: readonly string[]): Asked | undefined {
  const options = {
    listen: { type: 'string', default: '127.0.0.1:8181' },
    helm: { type: 'string' },
    concurrency: { type: 'string', default: '2' },
    'check-egress': { type: 'boolean', default: false },
    'egress-target': { type: 'string', multiple: true },
    'allow-root': { type: 'boolean', default: false },
    tolerate: { type: 'boolean', default: false },
  } as const
  try {
    const { values } = parseArgs({ args: [...argv], options })
    const listen = placeOf(values.listen)
    const told = (values['egress-target'] ?? []).map(placeOf)
    const named = told.flatMap((one) => one ?? [])
    const concurrency = Number(values.concurrency)
    const sound = Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 64 && named.length === told.length
    if (listen === undefined || !sound) return undefined
    const targets = [...(values['check-egress'] || named.length > 0 ? egressTargets(process.env) : []), ...named]
    const { helm, tolerate } = values
    return { listen, helm, concurrency, targets, allowRoot: values['allow-root'], tolerate }
  } catch {
    return undefined
  }
}

async function exposed({ targets, allowRoot }: Asked): Promise<readonly string[]> {
  const homes = [homedir(), ...(process.env['HOME'] ? [process.env['HOME']] : [])]
  const uid = allowRoot ? undefined : process.getuid?.()
  return [...exposures({ env: process.env, homes, uid }), ...(await reachable(targets, WITHIN_MS))]
}

async function start(asked: Asked): Promise<number> {
  const found = await exposed(asked)
  for (const one of found) process.stderr.write(`a renderer must not have ${one}\n`)
  if (found.length > 0 && !asked.tolerate) {
    process.stderr.write('not started. Take it away, or start with --tolerate: the renderer is then not isolated.\n')
    return 5
  }
  const { listen, helm, concurrency } = asked
  const service = await rendererService({
    ...listen,
    concurrency,
    exposed: found,
    helm: helm === undefined ? {} : { path: helm },
  })
  process.stdout.write(`listening on ${service.url}, isolation ${found.length === 0 ? 'isolated' : 'process'}\n`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  await service.close()
  return 0
}

const asked = read(process.argv.slice(2))
if (asked === undefined) process.stderr.write(USAGE)
process.exitCode = asked === undefined ? 2 : await start(asked)

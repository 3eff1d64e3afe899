import type { IncomingMessage, ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { type Mover, moveBranches } from '../world/branches.ts'
import { tryGit } from '../world/git/process.ts'
import { type RefChange, ZERO_OID } from '../world/git/refs.ts'
import type { Repository } from '../world/repositories.ts'
import type { World } from '../world/world.ts'

/**
 * Takes a push: keeps its objects, then moves the refs as every other change of a branch, so that rules, pull requests and events
 * follow. Git's own receive-pack would move them behind the world's back.
 */
export async function receivePack(
  world: World,
  repository: Repository,
  mover: Mover,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bytes = await bodyOf(request)
  const { changes, pack, capabilities } = parsed(bytes)
  const kept = pack.length === 0 ? undefined : await keep(repository.gitDir, pack)
  const lines =
    kept === undefined ? await world.exclusive(() => moved(world, repository, mover, changes)) : [`unpack ${kept}`]
  const report = Buffer.concat([...lines.map((line) => packet(`${line}\n`)), FLUSH])
  const body = capabilities.includes('side-band-64k') ? Buffer.concat([packet(sideband(report)), FLUSH]) : report
  response.writeHead(200, { 'content-type': 'application/x-git-receive-pack-result', 'cache-control': 'no-cache' })
  response.end(body)
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  // The cast: a stream without an encoding yields buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
}

async function keep(gitDir: string, pack: Buffer): Promise<string | undefined> {
  const run = await tryGit(gitDir, ['unpack-objects', '-q'], { input: pack })
  return run.code === 0 ? undefined : 'unpacker error'
}

async function moved(
  world: World,
  repository: Repository,
  mover: Mover,
  changes: readonly RefChange[],
): Promise<readonly string[]> {
  const lines = ['unpack ok']
  for (const change of changes) {
    const done = await moveBranches(world, repository, mover, [change])
    const why = done.ok ? '' : done.why === 'stale' ? 'stale info' : done.text.replace(/\s+/g, ' ')
    lines.push(done.ok ? `ok ${change.ref}` : `ng ${change.ref} ${why}`)
  }
  return lines
}

const FLUSH = Buffer.from('0000')

function packet(data: string | Buffer): Buffer {
  const bytes = Buffer.from(data)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

const sideband = (data: Buffer): Buffer => Buffer.concat([Buffer.from([1]), data])

type Push = { readonly changes: readonly RefChange[]; readonly pack: Buffer; readonly capabilities: readonly string[] }

/** `<old> <new> <ref>` in packets, the first with the client's capabilities behind a NUL; then the pack. */
function parsed(bytes: Buffer): Push {
  const changes: RefChange[] = []
  let capabilities: readonly string[] = []
  let at = 0
  for (;;) {
    const size = Number.parseInt(bytes.toString('latin1', at, at + 4), 16)
    if (!(size >= 4)) break
    const [line = '', said] = bytes
      .toString('utf8', at + 4, at + size)
      .replace(/\n$/, '')
      .split('\0')
    if (said !== undefined) capabilities = said.trim().split(' ')
    const [before = '', after = '', ref = ''] = line.split(' ')
    changes.push({
      ref,
      before: before === ZERO_OID ? undefined : before,
      after: after === ZERO_OID ? undefined : after,
    })
    at += size
  }
  return { changes, capabilities, pack: bytes.subarray(at + 4) }
}

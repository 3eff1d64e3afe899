import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { GIT_ENVIRONMENT } from '../world/git/process.ts'

/** Hands a request to `git http-backend`, whose answer is that of a CGI program: headers, an empty line, the body. */
export async function backend(
  gitDir: string,
  at: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const child = spawn('git', ['http-backend'], {
    env: environment(gitDir, at, request),
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  // The client may have gone, and git may end before it has read everything.
  child.stdin.on('error', () => undefined)
  request.pipe(child.stdin)
  await new Promise<void>((resolve, reject) => {
    let head: Buffer | undefined = Buffer.alloc(0)
    child.stdout.on('data', (chunk: Buffer) => {
      if (head === undefined) return void response.write(chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      begin(response, head.subarray(0, end).toString('latin1'))
      response.write(head.subarray(end + 4))
      head = undefined
    })
    child.on('error', reject)
    child.on('close', () => {
      if (head !== undefined) response.writeHead(500)
      response.end()
      resolve()
    })
  })
}

function environment(gitDir: string, at: URL, request: IncomingMessage): Record<string, string> {
  const action = at.pathname.split('/').slice(3).join('/')
  return {
    ...GIT_ENVIRONMENT,
    GIT_PROJECT_ROOT: dirname(gitDir),
    GIT_HTTP_EXPORT_ALL: '1',
    REMOTE_USER: 'git',
    PATH_INFO: `/${gitDir.split('/').at(-1)}/${action}`,
    QUERY_STRING: at.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  }
}

function begin(response: ServerResponse, head: string): void {
  const lines = head
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
  const status = lines.find(([name]) => name.toLowerCase() === 'status')?.[1]
  response.writeHead(
    status === undefined ? 200 : Number(status.slice(0, 3)),
    Object.fromEntries(lines.filter(([name]) => name.toLowerCase() !== 'status')),
  )
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StandIn } from './stand-in.ts'

const GIT = /^\/([^/]+)\/([^/]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/

export function isGit(path: string): boolean {
  return GIT.test(path)
}

export async function gitAnswer(
  _standIn: StandIn,
  _at: URL,
  _request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(501).end()
}

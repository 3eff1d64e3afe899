import type { Answer } from './exchange.ts'

const DOCUMENTATION = 'https://docs.github.com/rest'

/** An error in GitHub's form. */
export function refusal(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: { message, documentation_url: DOCUMENTATION, status: String(status) } }
}

export const notFound = (): Answer => refusal(404, 'Not Found')

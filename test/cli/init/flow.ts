import type { Io } from '../../../src/cli/io.ts'
import { main } from '../../../src/cli/main.ts'

export type Begin = {
  readonly flags: readonly string[]
  readonly env?: Io['env']
  readonly cwd: string
  readonly host: string
}

/** Starts the command, and gives the address that it prints. */
export function begin({ flags, env = {}, cwd, host }: Begin) {
  const printed = { out: '', err: '' }
  let tell: (url: string) => void = () => undefined
  const url = new Promise<string>((done) => {
    tell = done
  })
  const stream = (name: 'out' | 'err'): Io['out'] => ({
    isTerminal: false,
    columns: 80,
    write: (text) => {
      printed[name] += text
      const found = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{64}/.exec(printed.err)
      if (found !== null) tell(found[0])
    },
  })
  const words = ['init', 'github', '--no-open', '--host', host, ...flags]
  const ended = main(words, { out: stream('out'), err: stream('err'), env, cwd })
  return { url, ended, printed }
}

export type Form = {
  readonly action: string
  readonly manifest: string
  readonly cookie: string
  readonly html: string
}

/** A browser that opens the page. */
export async function opened(url: string): Promise<Form> {
  const page = await fetch(url)
  const html = await page.text()
  const told = { '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' }
  const plain = (text: string) => Object.entries(told).reduce((left, [from, to]) => left.replaceAll(from, to), text)
  return {
    html,
    action: plain(/action="([^"]+)"/.exec(html)?.[1] ?? ''),
    manifest: plain(/name="manifest" value="([^"]+)"/.exec(html)?.[1] ?? ''),
    cookie: page.headers.get('set-cookie')?.split(';')[0] ?? '',
  }
}

/** Presses the button, and gives where GitHub sends the browser. */
export async function pressed({ action, manifest }: Form): Promise<string> {
  const body = new URLSearchParams({ manifest })
  const answer = await fetch(action, { method: 'POST', body, redirect: 'manual' })
  return answer.headers.get('location') ?? ''
}

export async function wholeFlow(url: string): Promise<string> {
  const form = await opened(url)
  const back = await fetch(await pressed(form), { headers: { cookie: form.cookie }, redirect: 'manual' })
  if (back.status !== 303) throw new Error(`the way back ended with ${back.status}`)
  const done = new URL(back.headers.get('location') ?? '', url)
  return (await fetch(done, { headers: { cookie: form.cookie } })).text()
}

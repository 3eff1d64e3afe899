import { execFile } from 'node:child_process'

const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Asks the desktop to open an address of ours. Where that fails, the address was printed anyway. */
export function openBrowser(url: string): void {
  const [tool, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = execFile(tool, [...args, url], () => undefined)
  child.unref()
}

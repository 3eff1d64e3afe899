import { lstat, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** As `mkdtemp` makes them for a render. */
const OWN = /^kintsugi-render-[A-Za-z0-9]{6}$/
/** Far beyond the longest render. */
const STALE_MS = 3_600_000

/**
 * Removes folders of renders that a killed process left among the temporary files: real folders of ours by name and owner that nothing has
 * touched for an hour. Links are removed as links, never followed. Never throws.
 */
export async function sweepScratch(nowMs: number = Date.now(), folder: string = tmpdir()): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((one) => OWN.test(one))) {
    const path = join(folder, name)
    const found = await lstat(path).catch(() => undefined)
    if (found === undefined || !found.isDirectory() || found.uid !== process.getuid?.()) continue
    if (nowMs - found.mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

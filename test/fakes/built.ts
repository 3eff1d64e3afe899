import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** The command as it is installed: what these tests kill. */
export const CLI = join(ROOT, 'dist/cli.js')

/** Says what is wrong with the build; undefined when every module is there and none is older than its source. */
export function staleBuild(): string | undefined {
  const src = join(ROOT, 'src')
  const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
  )
  const stale = sources.filter((name) => {
    const built = statSync(join(ROOT, 'dist', name.replace(/\.ts$/, '.js')), { throwIfNoEntry: false })
    return built === undefined || built.mtimeMs < statSync(join(src, name)).mtimeMs
  })
  return stale.length === 0
    ? undefined
    : `dist is missing or older than src (${stale.slice(0, 3).join(', ')}${stale.length > 3 ? ', ...' : ''}): run npm run build, which npm test does first`
}

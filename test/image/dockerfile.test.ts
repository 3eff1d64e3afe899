import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

type Stage = {
  readonly name: string | undefined
  readonly from: string
  readonly lines: readonly (readonly string[])[]
}

/** The instructions of a Dockerfile by stage, continued lines joined, comments left out. */
function stagesOf(text: string): readonly Stage[] {
  const lines = text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/))
  const starts = lines.flatMap((line, at) => (line[0] === 'FROM' ? [at] : []))
  return starts.map((start, at) => {
    const [, from = '', , name] = lines[start] ?? []
    return { name, from, lines: lines.slice(start + 1, starts[at + 1]) }
  })
}

const stages = stagesOf(read('Dockerfile'))
const final = stages.at(-1)
const all = stages.flatMap(({ lines }) => lines)
const copies = (stage: Stage | undefined) => stage?.lines.filter(([verb]) => verb === 'COPY') ?? []

describe('the Dockerfile', () => {
  it('ends in a stage that holds no compiler, no npm and no sources', () => {
    expect(stages.map(({ name }) => name)).toEqual(['helm', 'build', 'modules', undefined])
    const from = copies(final).map((line) => line.slice(1))
    expect(from).toEqual([
      ['--from=helm', '/usr/bin/helm', '/usr/local/bin/helm'],
      ['--from=modules', '/app/node_modules', './node_modules'],
      ['--from=build', '/app/dist', './dist'],
      ['--from=build', '/app/package.json', '/app/app.yml', '/app/LICENSE', './'],
      ['--from=build', '/app/templates', './templates'],
    ])
    expect(final?.lines.find(([verb]) => verb === 'RUN')?.join(' ')).toMatch(/rm -rf .*npm.*npx.*corepack.*yarn/)
  })

  it('runs as a user without a name, started without a shell', () => {
    expect(final?.lines.filter(([verb]) => verb === 'USER')).toEqual([['USER', '65532:65532']])
    expect(final?.lines.find(([verb]) => verb === 'ENTRYPOINT')?.join(' ')).toBe(
      'ENTRYPOINT ["node", "/app/dist/cli.js"]',
    )
    expect(all.map(([verb]) => verb)).not.toContain('HEALTHCHECK')
    expect(all.map(([verb]) => verb)).not.toContain('ADD')
  })

  it('holds nothing that the umask of a checkout keeps from that user, and a cache that is its own', () => {
    const build = stages.find(({ name }) => name === 'build')?.lines.map((line) => line.join(' ')) ?? []
    expect(build.at(-1)).toBe('RUN chmod -R a+rX package.json app.yml LICENSE templates dist')
    expect(copies(final).filter((line) => !(line[1] ?? '').startsWith('--from'))).toEqual([])
    const [, path] = /XDG_CACHE_HOME=(\S+)/.exec(read('Dockerfile')) ?? []
    expect(final?.lines.map((line) => line.join(' '))).toContain(`RUN install -d -m 0700 -o 65532 -g 65532 ${path}`)
  })

  it('installs what the lock file has, and runs no scripts of packages', () => {
    const installs = all.map((line) => line.join(' ')).filter((line) => /npm (?:ci|install)/.test(line))
    expect(installs).toHaveLength(2)
    for (const line of installs) expect(line).toMatch(/npm ci .*--ignore-scripts/)
    const lock: { packages: Record<string, { hasInstallScript?: boolean; dev?: boolean; optional?: boolean }> } =
      JSON.parse(read('package-lock.json'))
    const scripted = Object.entries(lock.packages).filter(
      ([, { hasInstallScript, dev, optional }]) => hasInstallScript === true && dev !== true && optional !== true,
    )
    expect(scripted.map(([name]) => name)).toEqual([])
  })

  it('copies what is there, and its context has nothing else', () => {
    const own = stages.flatMap(copies).filter((line) => !(line[1] ?? '').startsWith('--from'))
    const sources = [...new Set(own.flatMap((line) => line.slice(1, -1)))].sort()
    for (const source of sources) expect(existsSync(join(ROOT, source))).toBe(true)
    const letIn = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    expect(letIn.sort()).toEqual(sources)
    expect(read('.dockerignore').split('\n')).toContain('*')
  })

  it('has all that the program reads beside its modules', () => {
    const shipped = new Set(copies(final).flatMap((line) => line.slice(1, -1).map((path) => path.replace('/app/', ''))))
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.ts'),
    )
    const outside = files.flatMap((file) => {
      const depth = '../'.repeat(file.split('/').length)
      const found = [...read(join('src', file)).matchAll(/new URL\([`']((?:\.\.\/)+)([\w.-]+)/g)]
      return found.filter(([, up]) => up === depth).map(([, , name = '']) => name)
    })
    // The stand-in for GitHub is built from the tests, for the demo of a clone.
    const needed = new Set(outside.filter((name) => name !== '.stand-in'))
    expect(needed).toEqual(new Set(['app.yml', 'package.json', 'templates']))
    for (const name of needed) expect([...shipped]).toContain(name)
  })

  it('needs no package at run time that is only there for the tests', () => {
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(read('package.json'))
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.ts'),
    )
    const packages = files.flatMap((file) =>
      [
        ...read(join('src', file)).matchAll(
          /^(?:import|export)\s(?!type\b)(?:[^'";]*?\sfrom\s*)?'([^'.][^']*)'|import\('([^'.][^']*)'\)/gms,
        ),
      ]
        .map((found) => found[1] ?? found[2] ?? '')
        .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    )
    expect(packages.length).toBeGreaterThan(10)
    expect([...new Set(packages)].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([])
  })
})

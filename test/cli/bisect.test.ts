import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { kintsugi } from './console.ts'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: app
          image: cart:1
          resources:
            limits:
              memory: 32Mi
`
const dir = mkdtempSync(join(tmpdir(), 'kintsugi-bisect-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function git(...words: readonly string[]): void {
  const who = {
    GIT_AUTHOR_NAME: 'A \u001b[31mPerson',
    GIT_AUTHOR_EMAIL: 'a@b.c',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@b.c',
  }
  execFileSync('git', ['-C', dir, '-c', 'init.defaultBranch=main', '-c', 'commit.gpgsign=false', ...words], {
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...who },
    stdio: 'ignore',
  })
}

function commit(subject: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  git('add', '-A')
  git('commit', '-q', '-m', subject)
}

const smaller = DEPLOYMENT.replace('32Mi', '16Mi')
git('init', '-q')
commit('begin', { 'apps/cart/d.yaml': DEPLOYMENT, 'readme.md': 'a' })
commit('readme', { 'readme.md': 'b' })
commit('make it small\n\nbody', { 'apps/cart/d.yaml': smaller })
commit('later', { 'apps/cart/d.yaml': `# ours\n${smaller}` })

const ask = (...more: readonly string[]) =>
  kintsugi(['bisect', '--tree', dir, '--path', 'apps/cart', '--target', 'Deployment/shop/cart', ...more])

describe('bisect', () => {
  it('names the commit, what it changed and what takes it back', async () => {
    const { code, out, err } = await ask('--good', 'HEAD~3')
    expect(code).toBe(0)
    expect(out).toMatch(/^[0-9a-f]{12} {2}make it small {2}\d{4}-\d\d-\d\d {2}A \[31mPerson$/m)
    expect(out).toContain('spec.template.spec.containers[app].resources.limits.memory  32Mi -> 16Mi')
    expect(out).toMatch(/apps\/cart\/d\.yaml:15:23\n {6}- 16Mi\n {6}\+ 32Mi/)
    expect(err).toContain('1 of 3 commits')
  })

  it('is a document for scripts', async () => {
    const { code, out } = await ask('--good', 'HEAD~3', '--bad', 'HEAD', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'found',
      commits: 3,
      renders: 3,
      exact: true,
      causes: [
        {
          subject: 'make it small',
          files: ['apps/cart/d.yaml'],
          changes: [{ before: '32Mi', after: '16Mi' }],
          back: { outcome: 'edited', edits: [{ file: 'apps/cart/d.yaml', line: 15 }], left: [] },
        },
      ],
    })
  })

  it('says that Git is not the cause', async () => {
    const { code, out } = await ask('--good', 'HEAD~1')
    expect(code).toBe(3)
    expect(out).toMatch(/^refused {2}git-is-not-the-cause/)
  })

  it('takes no name for a commit that there is not, or that does not come before', async () => {
    expect((await ask('--good', 'nowhere')).err).toMatch(/there is no revision nowhere/)
    expect((await ask('--good', '--upload-pack=x')).code).not.toBe(0)
    expect((await ask('--good', 'HEAD', '--bad', 'HEAD~1')).err).toMatch(/HEAD~1 does not follow HEAD/)
  })
})

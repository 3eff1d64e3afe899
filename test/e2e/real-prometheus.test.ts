import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMetrics } from '../contracts/openmetrics.ts'
import { prometheusTools, type RealPrometheus, realPrometheus } from '../fakes/real-prometheus.ts'
import { type BareRepository, bareRepository, git, hasPublicTrees, refsOf } from './bare-repository.ts'
import { kintsugi, kintsugiHere, type Ran } from './command.ts'
import { type Climber, climbers } from './failing-memory.ts'
import { applicationYaml, policyYaml } from './manifests.ts'

const MINUTE = 60_000
const SCRAPE = 30_000
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE
/** Past moment of the runs that are compared byte by byte. */
const AT = new Date(NOW - 5 * MINUTE).toISOString()
const START = NOW - 110 * MINUTE
/** The samples go on while the tests run. */
const END = NOW + 20 * MINUTE

const podinfo: Climber = {
  namespace: 'podinfo',
  name: 'podinfo',
  container: 'podinfod',
  image: 'ghcr.io/stefanprodan/podinfo:6.14.1',
  limitMiB: 512,
  requestMiB: 64,
  cpuLimitCores: 2,
  cpuRequestCores: 0.1,
  pods: 2,
  peak: 1,
}
const workloads: readonly Climber[] = [
  podinfo,
  { ...podinfo, name: 'calm', container: 'app', peak: 0.6 },
  { ...podinfo, namespace: 'dev', name: 'frontend', container: 'frontend', limitMiB: 128, requestMiB: 32 },
  { ...podinfo, namespace: 'shop', name: 'production-sbdemo', container: 'sbdemo', limitMiB: 1250, requestMiB: 1250 },
]

const applications: Readonly<Record<string, string>> = {
  'podinfo.yaml': applicationYaml({ name: 'podinfo', path: 'kustomize', namespace: 'podinfo' }),
  'webapp.yaml': applicationYaml({ name: 'webapp', path: 'deploy/overlays/dev', namespace: 'dev' }),
  'sbdemo.yaml': applicationYaml({ name: 'sbdemo', path: 'springboot/overlays/production', namespace: 'shop' }),
  'elsewhere.yaml': applicationYaml({
    name: 'elsewhere',
    path: 'kustomize',
    namespace: 'podinfo',
    repoURL: 'https://github.com/example/elsewhere',
  }),
}
const LIMIT_LINE = /kustomize\/deployment\.yaml:\d+:\d+ {2}512Mi -> 1Gi/

const tools = prometheusTools('kintsugi run on a real Prometheus')
const isPublic = hasPublicTrees()

describe.runIf(tools !== undefined)('kintsugi on a real Prometheus and a bare repository', () => {
  let server: RealPrometheus
  let original: BareRepository
  const folders: string[] = []

  beforeAll(async () => {
    if (tools === undefined) return
    const world = climbers(workloads, { startMs: START, changeMs: START + 40 * MINUTE })
    server = await realPrometheus(tools, openMetrics(world, { fromMs: START, toMs: END, everyMs: SCRAPE }), SCRAPE)
    original = bareRepository(isPublic)
    folders.push(original.folder)
  }, 60_000)

  afterAll(async () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    await server?.stop()
  })

  /** A folder of its own with a copy of the repository, the Applications and policies. */
  function desk(repository: BareRepository = original): BareRepository {
    const folder = mkdtempSync(join(tmpdir(), 'kintsugi-e2e-'))
    folders.push(folder)
    cpSync(repository.gitDir, join(folder, 'podinfo.git'), { recursive: true })
    mkdirSync(join(folder, 'policies'))
    for (const [name, text] of Object.entries(applications)) writeFileSync(join(folder, name), text)
    writeFileSync(join(folder, 'policies/memory.yaml'), policyYaml('podinfo'))
    return { folder, gitDir: join(folder, 'podinfo.git') }
  }

  /** Its overlay for dev asks for a feature of kustomize that is not built here. */
  function unbuilt(): BareRepository {
    const made = bareRepository(isPublic, {
      'deploy/overlays/dev/kustomization.yaml': 'namespace: dev\nresources: [../../webapp]\ngenerators: [made.yaml]\n',
    })
    folders.push(made.folder)
    return made
  }

  const world = () => ['--prometheus', server.url, '--repo', 'podinfo.git', '--policies', 'policies']
  const ofPodinfo = () => [...world(), '--application', 'podinfo.yaml']

  it.each([
    ['run --once --dry-run', kintsugiHere, ['run', '--once', '--dry-run']],
    ['run --once', kintsugi, ['run', '--once']],
    ['plan', kintsugiHere, ['plan']],
  ] as const)('%s prints the edit at file:line:column and moves no ref', async (_, kintsugiAs, verb) => {
    const place = desk()
    const before = refsOf(place)
    const { code, out, err } = await kintsugiAs(place.folder, ...verb, ...ofPodinfo())
    expect(out).toMatch(LIMIT_LINE)
    expect(out).toContain('podinfo/podinfo[podinfod]  OOMKilled')
    expect(err).toContain('kintsugi run --once --write')
    expect(code).toBe(0)
    expect(refsOf(place)).toBe(before)
    // The text of the pull request, without its block for machines: a run only opens it.
    expect(out.includes('-            memory: 512Mi\n+            memory: 1Gi')).toBe(verb[0] === 'plan')
    expect(out).not.toContain('<!--')
  })

  it('plan --json is the same bytes twice, in another process too, and finds nothing in what runs well', async () => {
    const { folder } = desk()
    const asked = ['plan', '--json', '--at', AT, ...ofPodinfo()]
    const [first, second] = [await kintsugi(folder, ...asked), await kintsugiHere(folder, ...asked)]
    expect(second).toEqual(first)
    expect(first.code).toBe(0)
    const lane = JSON.parse(first.out).lanes.find((one: { subject: string }) => one.subject.startsWith('podinfo/'))
    expect(JSON.parse(first.out)).toMatchObject({ schemaVersion: 1, quiet: ['default/podinfo/Deployment/calm'] })
    expect(lane.change.edits).toEqual([
      expect.objectContaining({ file: 'kustomize/deployment.yaml', before: '512Mi', after: '1Gi' }),
      expect.objectContaining({ file: 'kustomize/deployment.yaml', before: '64Mi', after: '128Mi' }),
    ])
  })

  describe('with --write', () => {
    let place: BareRepository
    let first: Ran
    let second: Ran
    let afterFirst: string

    beforeAll(async () => {
      place = desk()
      const asked = ['run', '--once', '--write', ...ofPodinfo()]
      first = await kintsugi(place.folder, ...asked)
      afterFirst = branches()
      second = await kintsugiHere(place.folder, ...asked)
    }, 60_000)

    function refsUnder(prefix: string): readonly string[] {
      return git(place.gitDir, 'for-each-ref', '--format=%(refname)', prefix)
        .split('\n')
        .filter((name) => name !== '')
    }

    const branches = () => git(place.gitDir, 'for-each-ref', 'refs/heads/')
    const branch = () => refsUnder('refs/heads/kintsugi/').find((name) => !name.endsWith('/audit')) ?? ''

    it('opens one proposal: one branch, one pull', () => {
      expect(first.code).toBe(0)
      expect(first.out).toMatch(/^ {2}opened #1 on branch kintsugi\/\S+$/m)
      const proposal = expect.stringMatching(/^refs\/heads\/kintsugi\/podinfo/)
      expect(refsUnder('refs/heads/')).toEqual(['refs/heads/kintsugi/audit', proposal, 'refs/heads/main'])
      expect(refsUnder('refs/kintsugi/pulls/')).toEqual(['refs/kintsugi/pulls/1'])
    })

    it('leaves the base branch where it was', () => {
      expect(git(place.gitDir, 'rev-parse', 'main')).toBe(git(original.gitDir, 'rev-parse', 'main'))
    })

    it('changes exactly the lines that are meant, in one commit', () => {
      expect(git(place.gitDir, 'rev-list', '--count', `main..${branch()}`).trim()).toBe('1')
      const diff = git(place.gitDir, 'diff', '--unified=0', `main...${branch()}`)
      expect(diff.split('\n').filter((line) => /^[-+]/.test(line))).toEqual([
        '--- a/kustomize/deployment.yaml',
        '+++ b/kustomize/deployment.yaml',
        '-            memory: 512Mi',
        '+            memory: 1Gi',
        '-            memory: 64Mi',
        '+            memory: 128Mi',
      ])
    })

    it('says which command shows the change', () => {
      const name = branch().slice('refs/heads/'.length)
      expect(first.err).toContain(`git --git-dir podinfo.git diff main...${name}`)
    })

    it('opens nothing more the second time', () => {
      expect(second).toMatchObject({ code: 0, out: expect.stringContaining('held: awaiting-merge') })
      expect(branches()).toBe(afterFirst)
      expect(refsUnder('refs/kintsugi/pulls/')).toEqual(['refs/kintsugi/pulls/1'])
    })
  })

  it('edits the patch of an overlay, not its base', async () => {
    const { folder } = desk()
    writeFileSync(join(folder, 'policies/shop.yaml'), policyYaml('shop'))
    const { out } = await kintsugiHere(folder, 'plan', ...world(), '--application', 'sbdemo.yaml')
    expect(out).toMatch(/springboot\/overlays\/production\/memorylimit_patch\.yaml:\d+:\d+ {2}1250Mi -> /)
    expect(out).not.toMatch(/springboot\/base\/\S+:\d+:\d+ {2}/)
  })

  it('names the line of Git that keeps a workload from being traced', async () => {
    const { folder } = desk(unbuilt())
    writeFileSync(join(folder, 'policies/dev.yaml'), policyYaml('dev'))
    const { out, code } = await kintsugiHere(folder, 'plan', ...world(), '--application', 'webapp.yaml')
    expect(out).toMatch(/held: unsupported-kustomize\. webapp: deploy\/overlays\/dev\/kustomization\.yaml:\d+: /)
    expect(code).toBe(0)
  })

  it('blames no Application of another namespace for a workload that none renders', async () => {
    const { out } = await kintsugiHere(desk(unbuilt()).folder, 'plan', ...world(), '--application', 'webapp.yaml')
    expect(out).toContain(
      'held: application-not-found. no known Application renders this workload; could not be rendered: webapp',
    )
  })

  it('says which Applications are at hand when none renders the workload', async () => {
    const { out, err } = await kintsugiHere(desk().folder, 'plan', ...world(), '--application', 'sbdemo.yaml')
    expect(out).toContain('held: application-not-found')
    expect(err).toContain('Applications at hand: argocd/sbdemo')
  })

  it('finds Applications in the repository itself', async () => {
    const made = bareRepository(isPublic, { 'argocd/podinfo.yaml': applications['podinfo.yaml'] ?? '' })
    folders.push(made.folder)
    const { out } = await kintsugiHere(desk(made).folder, 'plan', ...world())
    expect(out).toMatch(LIMIT_LINE)
  })

  it('asks for a policy where none covers what was found', async () => {
    const { out, err } = await kintsugiHere(desk().folder, 'plan', ...world(), '--application', 'podinfo.yaml')
    expect(out).toContain('held: no-policy')
    expect(err).toContain('Name yours with --policies PATH')
  })

  it('says so when there is no Application at all', async () => {
    const { err } = await kintsugiHere(desk().folder, 'plan', ...world())
    expect(err).toContain('podinfo.git holds none. Name its manifest with --application FILE')
  })

  it('does not guess which of two repositories is at hand', async () => {
    const { folder } = desk()
    const { code, err } = await kintsugiHere(folder, 'plan', ...ofPodinfo(), '--application', 'elsewhere.yaml')
    expect(code).toBe(2)
    expect(err).toContain('github.com/stefanprodan/podinfo, github.com/example/elsewhere')
  })

  it.each([
    ['--url names it', []],
    ['it was cloned from it', ['remote.origin.url', 'git@github.com:stefanprodan/podinfo.git']],
  ] as const)('takes no other repository for the one at hand: %s', async (_, setting) => {
    const place = desk()
    if (setting.length > 0) git(place.gitDir, 'config', ...setting)
    const url = setting.length > 0 ? [] : ['--url', 'https://github.com/stefanprodan/podinfo.git']
    const { out } = await kintsugiHere(place.folder, 'plan', ...ofPodinfo(), ...url, '--application', 'elsewhere.yaml')
    expect(out).toMatch(LIMIT_LINE)
    expect(out).not.toContain('target-ambiguous')
  })

  it('says how to name the jobs when no workload has samples', async () => {
    const { folder } = desk()
    const jobs = ['--cadvisor-job', 'nodes', '--kube-state-metrics-job', 'state']
    const { code, out, err } = await kintsugiHere(folder, 'run', '--once', ...ofPodinfo(), ...jobs)
    expect({ code, out }).toEqual({ code: 0, out: '0 workloads looked at, nothing found\n' })
    expect(err).toContain('Asked were the jobs nodes (cAdvisor) and state (kube-state-metrics)')
  })

  it.each([
    ['longer than Prometheus knows', '12h', 'held: warm-up'],
    ['over', '30m', 'fix(podinfo): raise memory limit'],
  ])('holds to the warm-up of the configuration: %s', async (_, warmUp, says) => {
    const { folder } = desk()
    const config = `clusters:
  - name: dev
    prometheus: {url: "${server.url}"}
bindings:
  - {cluster: dev, namespace: podinfo, repositories: [github.com/stefanprodan/podinfo]}
tick: {warmUp: ${warmUp}}
`
    writeFileSync(join(folder, 'kintsugi.yaml'), config)
    const { out } = await kintsugiHere(
      folder,
      ...['run', '--once', '--config', 'kintsugi.yaml', '--repo', 'podinfo.git'],
      ...['--policies', 'policies', '--application', 'podinfo.yaml'],
    )
    expect(out).toContain(says)
  })

  it('writes nothing, and ends with 6, once Prometheus is stopped', async () => {
    if (tools === undefined) return
    const world = climbers([podinfo], { startMs: NOW - 10 * MINUTE, changeMs: NOW })
    const other = await realPrometheus(tools, openMetrics(world, { fromMs: NOW, toMs: NOW, everyMs: SCRAPE }), SCRAPE)
    await other.stop()
    const place = desk()
    const before = refsOf(place)
    const flags = ['--prometheus', other.url, '--repo', 'podinfo.git', '--policies', 'policies']
    const { code, err } = await kintsugi(place.folder, 'run', '--once', '--write', ...flags)
    expect(code).toBe(6)
    expect(err).toContain('KIN-3001')
    expect(refsOf(place)).toBe(before)
  })
})

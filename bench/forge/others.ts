import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ProbotOctokit } from 'probot'
import { appJwt, pemSigner } from '../../src/adapters/github/http/index.ts'
import { APPLICATIONS, valuesOf } from './repository.ts'
import { REPO, type Scene } from './scene.ts'

const run = promisify(execFile)
const repo = { owner: REPO.owner, repo: REPO.name }

/** A token of the installation, which both ways are given: asking for it is not theirs to pay. */
export async function tokenFor(scene: Scene): Promise<string> {
  const jwt = await appJwt(pemSigner(scene.privateKeyPem), scene.appId, Date.now())
  const url = `${scene.standIn.url}/app/installations/${scene.installationId}/access_tokens`
  const headers = { authorization: `Bearer ${jwt}`, accept: 'application/vnd.github+json', 'user-agent': 'bench' }
  const answer = await fetch(url, { method: 'POST', headers })
  const { token }: { readonly token: string } = JSON.parse(await answer.text())
  return token
}

function changeOf(place: number) {
  const application = APPLICATIONS[place % APPLICATIONS.length] ?? 'cart'
  return { path: `apps/${application}/values.yaml`, content: valuesOf(`${64 + place}Mi`), application }
}

export function probotClient(scene: Scene, token: string) {
  return new ProbotOctokit({ auth: { token }, baseUrl: scene.standIn.url })
}

type Client = ReturnType<typeof probotClient>

async function finish(octokit: Client, head: string, sha: string, title: string): Promise<void> {
  const pull = await octokit.rest.pulls.create({ ...repo, head, base: 'main', title, body: 'The limit is too low.' })
  await octokit.rest.issues.addLabels({ ...repo, issue_number: pull.data.number, labels: ['kintsugi'] })
  await octokit.rest.checks.create({ ...repo, name: 'kintsugi', head_sha: sha, status: 'queued' })
}

/** The way most Apps go: ref, commit, tree, commit, ref, pull request, label, check run. */
export async function openByRest(octokit: Client, place: number): Promise<void> {
  const { path, content, application } = changeOf(place)
  const branch = `rest/${place}`
  const base = await octokit.rest.git.getRef({ ...repo, ref: 'heads/main' })
  const from = await octokit.rest.git.getCommit({ ...repo, commit_sha: base.data.object.sha })
  const tree = await octokit.rest.git.createTree({
    ...repo,
    base_tree: from.data.tree.sha,
    tree: [{ path, mode: '100644', type: 'blob', content }],
  })
  const message = `fix(${application}): set memory`
  const parents = [base.data.object.sha]
  const commit = await octokit.rest.git.createCommit({ ...repo, message, tree: tree.data.sha, parents })
  await octokit.rest.git.createRef({ ...repo, ref: `refs/heads/${branch}`, sha: commit.data.sha })
  await finish(octokit, branch, commit.data.sha, message)
}

/** The way of bots that clone: a shallow clone, a commit, a push, and the rest by REST with the same client. */
export async function openByClone(scene: Scene, octokit: Client, token: string, place: number): Promise<void> {
  const { path, content, application } = changeOf(place)
  const dir = await mkdtemp(join(scene.dir, 'clone-'))
  const url = new URL(`${scene.standIn.url}/${REPO.owner}/${REPO.name}.git`)
  url.username = 'x-access-token'
  url.password = token
  const git = async (...words: readonly string[]): Promise<string> =>
    (
      await run('git', ['-C', dir, '-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...words])
    ).stdout.trim()
  try {
    await run('git', ['clone', '-q', '--depth', '1', url.href, dir])
    const branch = `clone/${place}`
    await git('switch', '-qc', branch)
    await writeFile(join(dir, path), content)
    const message = `fix(${application}): set memory`
    await git('commit', '-qam', message)
    await git('push', '-q', 'origin', branch)
    await finish(octokit, branch, await git('rev-parse', 'HEAD'), message)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

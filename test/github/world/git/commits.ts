import type { World } from '../world.ts'
import { readObject } from './object-reader.ts'
import { git } from './process.ts'
import { signatureOf, signedByGitHub } from './signature.ts'

/** Who and when, as a commit holds it. */
export type Stamp = { readonly name: string; readonly email: string; readonly atMs: number; readonly zone: string }

export type Commit = {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Stamp
  readonly committer: Stamp
  readonly message: string
  /** The signature, and what it was made over. */
  readonly signature: string | undefined
  readonly payload: Buffer
}

/** Name that GitHub commits under. */
export const WEB_FLOW = { name: 'GitHub', email: 'noreply@github.com', login: 'web-flow' } as const

/** The commit that an oid, the full name of a ref or a revision stands for; tags are peeled. */
export async function readCommit(gitDir: string, name: string): Promise<Commit | undefined> {
  const object = await readObject(gitDir, `${name}^{commit}`)
  return object?.type === 'commit' ? parseCommit(object.oid, object.content) : undefined
}

export async function mustCommit(gitDir: string, name: string): Promise<Commit> {
  const commit = await readCommit(gitDir, name)
  if (!commit) throw new Error(`${gitDir} has no commit ${name}`)
  return commit
}

function parseCommit(oid: string, content: Buffer): Commit {
  const raw = content.toString()
  const split = raw.indexOf('\n\n')
  const head = raw.slice(0, split)
  const { plain, signature } = withoutSignature(head)
  const of = (key: string) =>
    plain.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  return {
    oid,
    tree: of('tree')[0] ?? '',
    parents: of('parent'),
    author: parseStamp(of('author')[0] ?? ''),
    committer: parseStamp(of('committer')[0] ?? ''),
    message: raw.slice(split + 2),
    signature,
    payload: Buffer.from(`${plain.join('\n')}${raw.slice(split)}`),
  }
}

function withoutSignature(head: string): { plain: string[]; signature: string | undefined } {
  const plain: string[] = []
  const signature: string[] = []
  let within = false
  for (const line of head.split('\n')) {
    within = line.startsWith('gpgsig ') || (within && line.startsWith(' '))
    if (within) signature.push(line.replace(/^gpgsig /, '').replace(/^ /, ''))
    else plain.push(line)
  }
  return { plain, signature: signature.length > 0 ? signature.join('\n') : undefined }
}

function parseStamp(text: string): Stamp {
  const [, name = '', email = '', seconds = '0', zone = '+0000'] = /^(.*) ?<(.*)> (\d+) ([+-]\d{4})$/.exec(text) ?? []
  return { name: name.trimEnd(), email, atMs: Number(seconds) * 1000, zone }
}

export type NewCommit = {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Stamp
  readonly committer: Stamp
  readonly message: string
  /** In GitHub's name. An Enterprise Server may not sign. */
  readonly signed: boolean
}

/** Writes a commit object; no ref moves. */
export async function writeCommit(world: World, gitDir: string, commit: NewCommit): Promise<string> {
  const head = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${stampText(commit.author)}`,
    `committer ${stampText(commit.committer)}`,
  ].join('\n')
  const message = commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`
  const payload = Buffer.from(`${head}\n\n${message}`)
  const signed = commit.signed && world.options.signsWebCommits
  const gpgsig = signed ? `\ngpgsig ${signatureOf(world, payload).replaceAll('\n', '\n ')}` : ''
  const text = `${head}${gpgsig}\n\n${message}`
  return (await git(gitDir, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input: text })).trim()
}

function stampText(stamp: Stamp): string {
  const clean = (text: string) => text.replace(/[<>\n\0]/g, '')
  return `${clean(stamp.name)} <${clean(stamp.email)}> ${Math.floor(stamp.atMs / 1000)} ${stamp.zone}`
}

/** Signed by GitHub, and unchanged since. */
export function isVerified(world: World, commit: Commit): boolean {
  return commit.signature !== undefined && signedByGitHub(world, commit.payload, commit.signature)
}

export function webFlowStamp(world: World): Stamp {
  return { name: WEB_FLOW.name, email: WEB_FLOW.email, atMs: world.clock.now(), zone: '+0000' }
}

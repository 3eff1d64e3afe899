import { KintsugiError, type Tree } from '../domain/index.ts'
import {
  CODEOWNERS_MOST_BYTES,
  CODEOWNERS_PLACES,
  type CodeOwner,
  type OwnerRule,
  type OwnersView,
  ownedBy,
  ownersOf,
  parseCodeowners,
} from '../policy/index.ts'
import type { Forge } from '../ports/index.ts'
import { type Memory, trim } from './memory.ts'

/** CODEOWNERS as the base branch has it. */
export function ownerRules(memory: Memory, tree: Tree): readonly OwnerRule[] | 'none' | 'failed' {
  const known = memory.owners.get(tree.oid)
  if (known !== undefined) return known
  const read = readRules(tree)
  memory.owners.set(tree.oid, read)
  trim(memory.owners, 50)
  return read
}

function readRules(tree: Tree): readonly OwnerRule[] | 'none' | 'failed' {
  const place = CODEOWNERS_PLACES.find((path) => tree.blob(path) !== undefined)
  if (place === undefined) return 'none'
  try {
    const bytes = tree.bytes(place)
    if (bytes === undefined || bytes.byteLength > CODEOWNERS_MOST_BYTES) return 'failed'
    return parseCodeowners(new TextDecoder().decode(bytes))
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-1002') return 'failed'
    throw error
  }
}

/** Who owns the files, and which of the people asked about are in the teams that do, looked up now. */
export async function ownersView(
  memory: Memory,
  forge: Forge,
  tree: Tree,
  files: readonly string[],
  logins: readonly string[],
): Promise<OwnersView> {
  const rules = ownerRules(memory, tree)
  if (rules === 'none') return { read: 'none' }
  if (rules === 'failed') return { read: 'failed' }
  const owned = files.map((path) => ({ path, owners: ownersOf(rules, path) }))
  const teams = new Set(owned.flatMap(({ owners }) => owners.flatMap((one) => (one.kind === 'team' ? [one.team] : []))))
  const members = new Map<string, Map<string, boolean | 'unknown'>>()
  for (const team of teams) {
    const inside = new Map<string, boolean | 'unknown'>()
    for (const login of logins) inside.set(login.toLowerCase(), await forge.inTeam(team, login))
    members.set(team, inside)
  }
  return { read: 'done', files: owned, members }
}

/** Whether somebody owns every file that has an owner. Where nobody owns anything, everybody may. */
export async function ownsAll(
  memory: Memory,
  forge: Forge,
  tree: Tree,
  files: readonly string[],
  login: string,
): Promise<boolean | 'unknown'> {
  const view = await ownersView(memory, forge, tree, files, [login])
  if (view.read !== 'done') return view.read === 'none' ? true : 'unknown'
  const answers = view.files
    .filter(({ owners }) => owners.length > 0)
    .map(({ owners }) => best(owners.map((owner) => ownedBy(owner, login, view.members))))
  if (answers.includes(false)) return false
  return answers.includes('unknown') ? 'unknown' : true
}

function best(answers: readonly (boolean | 'unknown')[]): boolean | 'unknown' {
  if (answers.includes(true)) return true
  return answers.includes('unknown') ? 'unknown' : false
}

const MOST_REVIEWERS = 15

/** Who is asked to review a change of these files: `login`, or `organisation/team`. Addresses of mail name nobody on the forge. */
export function reviewersOf(memory: Memory, tree: Tree, files: readonly string[]): readonly string[] {
  const rules = ownerRules(memory, tree)
  if (rules === 'none' || rules === 'failed') return []
  const names = files.flatMap((path) => ownersOf(rules, path).flatMap(nameOf))
  return [...new Set(names)].slice(0, MOST_REVIEWERS)
}

function nameOf(owner: CodeOwner): readonly string[] {
  if (owner.kind === 'mail') return []
  return [owner.kind === 'user' ? owner.login : owner.team]
}

import { isMap, isNode, isScalar } from 'yaml'
import type { JsonPath, JsonValue, Tree } from '../../domain/index.ts'
import { baseTree, isDirectory, joinPath, specialOn } from '../tree.ts'
import { type Dialect, linesOf, positionIn, readYaml, type YamlDocument } from '../yaml/index.ts'
import { broken, Refusal } from './refusal.ts'
import { isRemote } from './remote.ts'

export type FileRole =
  | 'kustomization'
  | 'resource'
  | 'strategic-patch'
  | 'json-patch'
  | 'generator-input'
  | 'component'
  | 'replacement'
  | 'transformer'

/** A file that a build read. `root` is the directory of the kustomization that names it; '' is the root of the tree. */
export type KustomizeFile = { readonly path: string; readonly role: FileRole; readonly root: string }

/** A parsed file, kept for as long as its tree. Annotation texts are as written: kustomize reads `1.10` there as text. */
export type ParsedFile = {
  readonly text: string
  readonly documents: readonly {
    readonly value: JsonValue
    readonly blanks: readonly JsonPath[]
    readonly folded: readonly JsonPath[]
    readonly annotations: Readonly<Record<string, string>> | undefined
    /** From 1. */
    readonly line: number
    readonly empty: boolean
  }[]
  /** Line, from 1, of a value of the first document, or of what stands above it; kept for kustomization files alone. */
  readonly lineOf: ((path: JsonPath) => number) | undefined
}

/** Names that a kustomization file may have. A directory with two of them is not valid. */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

export function isKustomizationPath(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return KUSTOMIZATION_NAMES.some((known) => known === name)
}

const parsedOf = new WeakMap<Tree, Map<string, ParsedFile>>()

/** A changed tree shares what its base parsed; what it changed is its own and goes with it. */
function cacheFor(tree: Tree, path: string): Map<string, ParsedFile> {
  const base = baseTree(tree)
  const owner = base.blob(path) === tree.blob(path) ? base : tree
  const known = parsedOf.get(owner)
  if (known !== undefined) return known
  const made = new Map<string, ParsedFile>()
  parsedOf.set(owner, made)
  return made
}

/** Bytes that one build may read, each time that it reads them; a visit of a file costs some beside its size. */
const MAX_READ = 64 * 1024 * 1024
const VISIT_COST = 16 * 1024

/** Where files may stand that a kustomization names: at or below it, or anywhere in the tree (`--load-restrictor`). */
export type LoadRestrictions = 'root-only' | 'none'

/** Reads files of one tree for one build and notes each. All its refusals name the file that asks. */
export class Files {
  readonly tree: Tree
  readonly read = new Map<string, KustomizeFile>()
  private readonly restrictions: LoadRestrictions
  private left = MAX_READ

  constructor(tree: Tree, restrictions: LoadRestrictions = 'root-only') {
    this.tree = tree
    this.restrictions = restrictions
  }

  /** The path within the tree that `relative` names from `root`; `at` says where that is written. */
  resolve(root: string, relative: string, at: string): string {
    if (isRemote(relative)) throw new Refusal('remote-base', `${at}: ${relative} is on another host`)
    const path = joinPath(root, relative)
    if (path === undefined) throw new Refusal('unsafe-path', `${at}: ${JSON.stringify(relative)} leaves the tree`)
    const special = specialOn(this.tree, path)
    if (special !== undefined) throw new Refusal('unsafe-path', `${at}: ${special.path} is a ${special.what}`)
    return path
  }

  isFile(path: string): boolean {
    return this.tree.blob(path) !== undefined
  }

  isDirectory(path: string): boolean {
    return isDirectory(this.tree, path)
  }

  /** Bytes of a file that a kustomization at `root` names. By default kustomize reads only what stands at or below the root. */
  bytes(
    root: string,
    relative: string,
    role: FileRole,
    at: string,
  ): { readonly path: string; readonly bytes: Uint8Array } {
    const path = this.resolve(root, relative, at)
    const bytes = this.tree.bytes(path)
    if (bytes === undefined) throw broken(`${at}: there is no file ${path}`)
    if (this.restrictions === 'root-only' && root !== '' && !path.startsWith(`${root}/`)) {
      throw broken(
        `${at}: ${path} is not below ${root}; kustomize reads it only with the build option --load-restrictor LoadRestrictionsNone (kustomize.buildOptions in argocd-cm)`,
      )
    }
    this.note(path, role, root)
    this.spend(bytes.byteLength, at)
    return { path, bytes }
  }

  /** A parsed file named by a kustomization at `root`. */
  parsed(
    root: string,
    relative: string,
    role: FileRole,
    at: string,
    dialect: Dialect = 'manifest',
  ): { readonly path: string; readonly file: ParsedFile } {
    const { path, bytes } = this.bytes(root, relative, role, at)
    return { path, file: this.parse(path, bytes, dialect) }
  }

  parse(path: string, bytes: Uint8Array, dialect: Dialect = 'manifest'): ParsedFile {
    const cache = cacheFor(this.tree, path)
    const key = `${dialect} ${this.tree.blob(path) ?? ''} ${path}`
    const known = cache.get(key)
    if (known !== undefined) return known
    const parsed = parseBytes(bytes, path, dialect)
    cache.set(key, parsed)
    return parsed
  }

  /** Corrects a note, where only the content tells what the file is. */
  noteInstead(path: string, was: FileRole, role: FileRole, root: string): void {
    this.read.delete(`${path}\n${was}\n${root}`)
    this.note(path, role, root)
  }

  /** Counts what the build takes in: bases that name bases twice would otherwise double at each level. */
  spend(bytes: number, at: string): void {
    this.left -= bytes + VISIT_COST
    if (this.left < 0) throw new Refusal('input-too-large', `${at}: the build reads more than ${MAX_READ} bytes`)
  }

  note(path: string, role: FileRole, root: string): void {
    this.read.set(`${path}\n${role}\n${root}`, { path, role, root })
  }
}

export function parseBytes(bytes: Uint8Array, path: string, dialect: Dialect): ParsedFile {
  // A mark before a list would count as part of its indentation.
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const outcome = readYaml(marked ? bytes.subarray(3) : bytes, path, dialect)
  if (!outcome.read) {
    throw new Refusal(outcome.reason === 'yaml-invalid' ? 'broken-base' : outcome.reason, outcome.message)
  }
  const { text, documents } = outcome
  if (dialect === 'manifest') refuseOdd(text, documents, path)
  const first = documents[0]
  const lines = linesOf(
    text,
    documents.map((one) => one.doc.contents?.range[0] ?? one.doc.range[0]),
  )
  return {
    text,
    documents: documents.map((one, index) => ({
      value: one.value,
      blanks: one.blanks,
      folded: one.folded,
      annotations: annotationTexts(one),
      line: lines[index] ?? 1,
      empty: one.empty,
    })),
    lineOf: isKustomizationPath(path) && first !== undefined ? (at) => lineIn(text, first, at) : undefined,
  }
}

/** What real kustomize stumbles over when it writes objects out. */
function refuseOdd(text: string, documents: readonly YamlDocument[], path: string): void {
  if (text.startsWith('%')) throw broken(`${path}:1: a directive of YAML is not read`)
  const odd = documents.find((one) => one.odd !== undefined)?.odd
  if (odd !== undefined) throw broken(`${path}:${positionIn(text, odd.offset).line}: ${odd.message}`)
}

function lineIn(text: string, { doc }: YamlDocument, path: JsonPath): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? doc.contents : doc.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return positionIn(text, node.range[0]).line
  }
  return 1
}

function annotationTexts({ doc }: YamlDocument): Readonly<Record<string, string>> | undefined {
  const node: unknown = doc.getIn(['metadata', 'annotations'], true)
  if (!isMap(node)) return undefined
  const texts: [string, string][] = []
  for (const { key, value } of node.items) {
    if (isScalar(key) && (value === null || isScalar(value))) texts.push([String(key.source), value?.source ?? ''])
  }
  return Object.fromEntries(texts)
}

import { join } from 'node:path'
import type { Application, Manifest, Tree } from '../../src/domain/index.ts'
import {
  type Discovery,
  discover,
  parseApplication,
  type RenderDeps,
  repositoryKey,
  type Sources,
} from '../../src/source/index.ts'
import type { Checkout } from './checkout.ts'
import { isKustomized, type Unit } from './units.ts'

export type BenchTree = {
  readonly name: string
  readonly tree: Tree
  /** URL by which Applications name this repository. */
  readonly home: string
}

/** The tree answers for its own repository and for no other. */
export function sourcesOf({ tree, home }: BenchTree): Sources {
  const key = repositoryKey(home)
  return { tree: (repoURL) => (repositoryKey(repoURL) === key ? tree : undefined) }
}

export function syntheticApplication(home: string, name: string, path: string): Application {
  const manifest: Manifest = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      source: { repoURL: home, path: path === '' ? '.' : path, targetRevision: 'HEAD' },
      destination: { namespace: 'bench', name: 'bench' },
    },
  }
  const parsed = parseApplication(manifest)
  if (!parsed.parsed) throw new Error(parsed.message)
  return parsed.application
}

/** Applications of a tree: written in its files, generated in it, rendered by others; and why more are not known. */
export async function applicationsOf(bench: BenchTree, deps: RenderDeps): Promise<Discovery> {
  const { tree, home } = bench
  return discover({ tree, repoURL: home, revision: 'HEAD', sources: sourcesOf(bench), deps })
}

const REPOSITORY = /repoURL: *["']?([^\s"'{}]+)/g
const FOLDER = /\bpath: *["']?([\w./-]+)/g

/** The repository that the files name most beside folders that are there; a made-up one where none does. */
export function homeOf(tree: Tree): string {
  const counts = new Map<string, number>()
  const folders = new Set(tree.paths().flatMap((path) => path.split('/').map((_, n, all) => all.slice(0, n).join('/'))))
  for (const file of tree.paths().filter((path) => /\.ya?ml$/.test(path))) {
    const text = textOf(tree, file)
    if (!text.includes('argoproj.io/')) continue
    const there = [...text.matchAll(FOLDER)].some(([, path = '']) => folders.has(path.replace(/^\.\/|\/$/g, '')))
    const weight = there ? 10 : 1
    for (const [, url = ''] of text.matchAll(REPOSITORY)) counts.set(url, (counts.get(url) ?? 0) + weight)
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  return most?.[0] ?? 'https://git.example.com/bench/tree.git'
}

function parent(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
}

function textOf(tree: Tree, path: string): string {
  return new TextDecoder().decode(tree.bytes(path))
}

/** Kustomizations that no other one names, and that are no components. */
function topRoots(tree: Tree): readonly string[] {
  const files = tree.paths().filter((path) => /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path))
  const named = new Set<string>()
  for (const file of files)
    for (const word of textOf(tree, file).match(/[\w./@+-]+/g) ?? []) {
      const path = join(parent(file), word).replace(/\/$/, '').replace(/^\.$/, '')
      if (path !== parent(file)) named.add(path)
    }
  return files
    .filter((file) => !/^kind: *["']?Component/m.test(textOf(tree, file)))
    .map(parent)
    .filter((dir) => !named.has(dir))
}

/** Charts that stand by themselves: no subchart of another, no library. */
function topCharts(tree: Tree): readonly string[] {
  const dirs = tree
    .paths()
    .filter((path) => /(^|\/)Chart\.yaml$/.test(path))
    .filter((path) => !/^type: *["']?library/m.test(textOf(tree, path)))
    .map(parent)
  return dirs.filter(
    (dir) => !dirs.some((other) => other !== dir && dir.startsWith(`${other === '' ? '' : `${other}/`}charts/`)),
  )
}

function covers(application: Application, dir: string): boolean {
  return application.sources.some((source) => source.path === dir)
}

/** Everything of the tree that is rendered: Applications, and the roots and charts that none of them deploys. */
export function unitsOf(bench: BenchTree, applications: readonly Application[], checkout: Checkout): readonly Unit[] {
  const key = repositoryKey(bench.home)
  const own = applications.filter(({ sources }) => sources.every((one) => repositoryKey(one.repoURL) === key))
  const dirs = [...topRoots(bench.tree), ...topCharts(bench.tree)].filter((dir) => !own.some((one) => covers(one, dir)))
  const names = [...new Set(dirs)].map((dir) => {
    const tail = dir.slice(dir.lastIndexOf('/') + 1) || 'root'
    const name = isKustomized(join(checkout.root, dir)) ? 'sample' : tail
    return { name: dir === '' ? '.' : dir, application: syntheticApplication(bench.home, releaseName(name), dir) }
  })
  const seen = new Set<string>()
  const deployed = own.map((application) => ({ name: uniqueName(application, seen), application }))
  return [...deployed, ...names]
}

function releaseName(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 40) || 'sample'
  )
}

function uniqueName({ namespace, name }: Application, seen: Set<string>): string {
  let unique = name
  for (let n = 2; seen.has(unique); n += 1) unique = `${namespace}/${name}#${n}`
  seen.add(unique)
  return unique
}

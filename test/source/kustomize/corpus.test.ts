import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kustomizationRoots } from '../../../src/source/kustomize/index.ts'
import { size } from '../../fakes/size.ts'
import { compare, hasKubectl, treeOfDirectory } from './against-kubectl.ts'

const DATA = resolve(import.meta.dirname, '../../../../shared/data/gitops-dev')
const REPOSITORIES = ['podinfo', 'flux2-kustomize-helm-example', 'kustomize-examples', 'gitops-catalog']
const SAMPLE = 60

/** Every n-th root, the same ones each time. `KINTSUGI_N=all` takes all. */
function sampled<T>(items: readonly T[]): readonly T[] {
  const count = size(SAMPLE, items.length)
  const step = Math.max(1, items.length / count)
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}

describe('buildKustomization beside kubectl kustomize', async () => {
  const present = existsSync(DATA) && (await hasKubectl())
  if (!present)
    console.log(
      `not compared with kubectl: ${existsSync(DATA) ? 'there is no kubectl' : 'the sample repositories are absent'}`,
    )

  it.runIf(present)(
    'gives equal objects in equal order for real repositories',
    async () => {
      const work = REPOSITORIES.filter((name) => existsSync(join(DATA, name))).flatMap((name) => {
        const base = join(DATA, name)
        const tree = treeOfDirectory(base)
        return kustomizationRoots(tree).map((dir) => ({ name, base, tree, dir }))
      })
      const counts = { equal: 0, 'both-refuse': 0, different: 0, 'only-we-build': 0, refused: 0 }
      const said: string[] = []
      const queue = [...sampled(work)]
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const outcome = await compare(next.tree, next.base, next.dir)
          counts[outcome.result] += 1
          if ('why' in outcome) said.push(`${outcome.result} ${next.name}/${next.dir}: ${outcome.why}`)
        }
      }
      await Promise.all([worker(), worker()])
      console.log([JSON.stringify(counts), ...said.sort()].join('\n'))
      expect(counts.equal).toBeGreaterThan(0)
      expect(said.filter((line) => line.startsWith('different'))).toEqual([])
    },
    900_000,
  )
})

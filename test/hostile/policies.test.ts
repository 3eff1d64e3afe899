import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolders } from '../adapters/local/repository.ts'
import { kintsugi } from '../cli/console.ts'
import { ShopFolder } from '../fakes/shop-folder.ts'
import { size } from '../fakes/size.ts'

/** A minute in which `cart` is being OOM-killed and `catalog` crash-loops. */
const MINUTE = 10
const CART = '.kintsugi/policies/cart.yaml'

let prototype: ShopFolder
let policy: string

afterAll(removeFolders)

beforeAll(async () => {
  prototype = await ShopFolder.make(['cart', 'catalog'], size(2, 14))
  await prototype.pass(MINUTE)
  policy = prototype.repository.git(['cat-file', 'blob', `main:${CART}`])
}, 60_000)

type Seen = {
  readonly lanes: Readonly<Record<string, string>>
  readonly problems: readonly string[]
  readonly branches: readonly string[]
}

async function runWith(
  files: Readonly<Record<string, string>>,
  modes?: Readonly<Record<string, string>>,
): Promise<Seen> {
  const world = prototype.copy()
  world.repository.push('main', files, modes)
  const { out } = await kintsugi(['run', '--once', '--write', '--json', '--simulation', world.dir])
  const { lanes, problems } = JSON.parse(out)
  const said = lanes.map(({ subject, done }: { subject: string; done: { done: string; reason?: string } }) => [
    subject.replace(/\[.*/, ''),
    done.reason ?? done.done,
  ])
  const branches = world.repository.git(['for-each-ref', '--format=%(refname:short)', 'refs/heads']).split('\n')
  return { lanes: Object.fromEntries(said), problems, branches }
}

/** Three levels of aliases: 800 times as much as is written. */
const BOMB = `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
a: &a [1, 1, 1, 1, 1, 1, 1, 1]
b: &b [${'*a, '.repeat(9)}*a]
c: [${'*b, '.repeat(9)}*b]
`

describe('a policy in the repository that', () => {
  it.each<readonly [string, () => string, string]>([
    [
      'has a key that nobody knows',
      () => policy.replace('  workloads:', '  workloadz:'),
      `${CART}:14:3: unknown key "workloadz"; did you mean "workloads"`,
    ],
    ['has a value without its unit', () => policy.replace(/memoryMax: \w+/, 'memoryMax: lots'), `${CART}:\\d+:\\d+: `],
    [
      'allows what nobody may',
      () => policy.replace(/maxIncreaseFactor: 4/, 'maxIncreaseFactor: -4'),
      `${CART}:\\d+:\\d+: `,
    ],
    ['is no YAML', () => 'spec: [unclosed\n', `${CART}:\\d+:\\d+: `],
    ['says a key twice', () => `${policy}\nkind: SelfHealingPolicy\n`, `${CART}:\\d+:\\d+: `],
    ['is nested too deep', () => `${policy}\nextra: ${'['.repeat(5000)}${']'.repeat(5000)}\n`, `${CART}:\\d+:\\d+: `],
    ['multiplies aliases', () => BOMB, `${CART}:\\d+:\\d+: `],
    ['is larger than 1 MB', () => `${policy}\n# ${'x'.repeat(1_100_000)}\n`, `${CART}:1:1: `],
  ])(
    '%s is said with file, line and column, and has no say; the others have',
    async (_, text, problem) => {
      const { lanes, problems, branches } = await runWith({ [CART]: text() })
      expect(problems.filter((said) => !new RegExp(`^${problem}`).test(said))).toEqual([])
      expect(problems.length).toBeGreaterThan(0)
      expect(lanes).toEqual({ 'shop/cart': 'no-policy', 'shop/catalog': 'opened' })
      expect(branches.filter((branch) => branch.includes('cart'))).toEqual([])
    },
    20_000,
  )

  it('is a link has no say, wherever it leads', async () => {
    const { lanes } = await runWith({ [CART]: '../../README.md' }, { [CART]: '120000' })
    expect(lanes).toEqual({ 'shop/cart': 'no-policy', 'shop/catalog': 'opened' })
  }, 20_000)

  it('is in order has its say, so that these cases could fail', async () => {
    const { lanes, problems } = await runWith({ 'README.md': 'hello\n' })
    expect([lanes, problems]).toEqual([{ 'shop/cart': 'opened', 'shop/catalog': 'opened' }, []])
  }, 20_000)
})

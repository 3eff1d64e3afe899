import { describe, expect, it } from 'vitest'
import { manifestsOf } from '../../../src/cli/backtest/declared.ts'
import type { Series, SignalAnswer, SignalId, Subject } from '../../../src/domain/index.ts'
import { readYaml } from '../../../src/source/index.ts'

const MINUTE = 60_000
const MIB = 2 ** 20

function subject(kind: string, name: string, container?: string): Subject {
  return { cluster: 'main', namespace: 'shop', kind, name, ...(container === undefined ? {} : { container }) }
}

function series(signal: SignalId, of: Subject, values: readonly number[], labels?: Series['labels']): SignalAnswer {
  const one = { signal, subject: of, startMs: 0, stepMs: MINUTE, values: Float64Array.from(values) }
  return { signal, status: 'ok', asked: '', series: [labels === undefined ? one : { ...one, labels }] }
}

const app = subject('Deployment', 'cart', 'app')

describe('what a cluster told was declared', () => {
  it('is a manifest for each workload, with the newest value of each field', () => {
    const files = manifestsOf([
      series('memory-limit', app, [32 * MIB, 64 * MIB, Number.NaN]),
      series('memory-request', app, [24 * MIB]),
      series('cpu-limit', app, [0.5]),
      series('cpu-request', app, [0.1]),
      series('replicas-desired', subject('Deployment', 'cart'), [2, 3]),
      series('running-image', app, [1], { image: 'shop/cart:1' }),
      series('memory-working-set', app, [1]),
    ])
    expect([...files]).toEqual([
      [
        'shop/deployment-cart.yaml',
        `apiVersion: apps/v1
kind: Deployment
metadata:
  name: "cart"
  namespace: "shop"
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: "app"
          image: "shop/cart:1"
          resources:
            limits:
              cpu: 500m
              memory: 64Mi
            requests:
              cpu: 100m
              memory: 24Mi
`,
      ],
    ])
  })

  it.each([
    ['StatefulSet', 'apps/v1', 'StatefulSet'],
    ['DaemonSet', 'apps/v1', 'DaemonSet'],
    ['Job', 'batch/v1', 'Job'],
    ['CronJob', 'batch/v1', 'CronJob'],
    ['argoproj.io/Rollout', 'argoproj.io/v1alpha1', 'Rollout'],
  ])('knows a %s', (kind, apiVersion, plain) => {
    const [[path, text] = []] = manifestsOf([series('memory-limit', subject(kind, 'one', 'app'), [MIB])])
    expect(path).toBe(`shop/${plain.toLowerCase()}-one.yaml`)
    const read = readYaml(new TextEncoder().encode(text), 'one.yaml')
    expect(read).toMatchObject({ read: true, documents: [{ value: { apiVersion, kind: plain } }] })
    expect(text).toContain(
      plain === 'CronJob' ? '  jobTemplate:\n    spec:\n      template:' : '  template:\n    spec:',
    )
  })

  it('takes the image that is told last, and no name out of its quotes', () => {
    const evil = 'x" \n---\nkind: Secret # '
    const files = manifestsOf([
      series('running-image', app, [1, 1, Number.NaN], { image: 'shop/cart:1' }),
      series('running-image', app, [Number.NaN, 1, 1], { image: evil }),
    ])
    const text = files.get('shop/deployment-cart.yaml') ?? ''
    const read = readYaml(new TextEncoder().encode(text), 'cart.yaml')
    expect(read.read && read.documents).toHaveLength(1)
    expect(read).toMatchObject({
      documents: [{ value: { spec: { template: { spec: { containers: [{ name: 'app', image: evil }] } } } } }],
    })
  })

  it('is in one order, whatever that of the answers was', () => {
    const answers = ['web', 'cart', 'api'].map((name) =>
      series('memory-limit', subject('Deployment', name, 'app'), [MIB]),
    )
    expect(JSON.stringify([...manifestsOf(answers)])).toBe(JSON.stringify([...manifestsOf(answers.toReversed())]))
  })
})

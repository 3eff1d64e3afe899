import { defineConfig } from 'vitest/config'

/**
 * Files that leave nothing behind in their process share one: it loads the same modules once. Whatever changes its process, measures its memory or takes
 * hold of a library has one of its own.
 */
const TOGETHER = [
  'test/{config,architecture}.test.ts',
  'test/adapters/simulation-metrics.contract.test.ts',
  'test/adapters/onnx/*.test.ts',
  'test/cli/{start,demo-stage}.test.ts',
  'test/hostile/words.test.ts',
  'test/scenarios/*.test.ts',
  'test/{config,diagnosis,domain,fakes,github-model,image,policy,proposal,remediation}/**/*.test.ts',
  'test/bench/!(source)*.test.ts',
  'test/controller/!(models)*.test.ts',
  'test/detection/!(alone|hostile|restart)*.test.ts',
  'test/detection/healing/*.test.ts',
  'test/detection/forecast/!(usage)*.test.ts',
  'test/detection/served/!(hours)*.test.ts',
  'test/detection/detectors/!(arima|contract|prophet)*.test.ts',
  'test/detection/detectors/*/*.test.ts',
  'test/source/!(real|public|hostile|helm)*.test.ts',
  'test/source/*/**/*.test.ts',
]

/** As those, with children or sockets: another process, because starting a child takes the longer the more its parent holds. */
const WITH_CHILDREN = [
  'test/adapters/{charts,files,forge-limits,github,kserve,kubernetes,outbound,own-folder,recording}/**/*.test.ts',
  'test/adapters/{shelf,simulation,stops}/**/*.test.ts',
  'test/adapters/local/!(local-forge)*.test.ts',
  'test/adapters/prometheus/!(real|tls)*.test.ts',
  'test/adapters/render/{arguments,caching-renderer,output,plain-yaml}.test.ts',
  'test/charts/generated.test.ts',
  'test/cli/!(built|demo-|start)*.test.ts',
  'test/cli/*/**/*.test.ts',
  'test/{docs,e2e}/*.test.ts',
  'test/github/!(ambiguous)*.test.ts',
  'test/hostile/charts.test.ts',
  'test/server/**/!(attacks)*.test.ts',
  'test/source/helm-{conditions,trace}.test.ts',
]

export default defineConfig({
  test: {
    // Most of the time is spent in children that the tests start, so a core for the runner itself is not held back.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: [...TOGETHER, ...WITH_CHILDREN] },
      },
      {
        extends: true,
        test: { name: 'together', include: TOGETHER, isolate: false, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'children', include: WITH_CHILDREN, isolate: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
})

import { metricsContract } from '../contracts/metrics.ts'
import { metricsWorld, WORLD_RANGE } from '../fakes/metrics-world.ts'

metricsContract('the simulation', async () => ({ metrics: (await metricsWorld()).metrics, range: WORLD_RANGE }))

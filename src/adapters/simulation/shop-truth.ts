import type { TruthChange, WorkloadTruth } from './scenario.ts'

const MINUTE_MS = 60_000
const MIB = 1024 * 1024
const REGISTRY = 'registry.example/shop'

/** When the faults of the shop begin, epoch milliseconds. */
export type ShopTimes = {
  readonly cartMs: number
  readonly checkoutMs: number
  readonly recommendationMs: number
  readonly reviewsMs: number
}

/** Times of the faults by default, after the start of the story. */
export function shopTimes(startMs: number): ShopTimes {
  return {
    cartMs: startMs + 2 * MINUTE_MS,
    checkoutMs: startMs + 3 * MINUTE_MS,
    recommendationMs: startMs + MINUTE_MS,
    reviewsMs: startMs + 5 * MINUTE_MS,
  }
}

export const CATALOG_IMAGES = { good: `${REGISTRY}/catalog:1.8.2`, bad: `${REGISTRY}/catalog:1.9.0` }

type Sketch = Pick<WorkloadTruth, 'name' | 'cpu' | 'traffic' | 'latencySeconds'> & {
  readonly images: WorkloadTruth['images']
  readonly memoryMiB: number
  readonly noise?: number
  readonly bursts?: WorkloadTruth['bursts']
  readonly roomCores?: number
  readonly changes?: readonly TruthChange[]
}

function truthFrom(sketch: Sketch): WorkloadTruth {
  return {
    namespace: 'shop',
    kind: 'Deployment',
    name: sketch.name,
    container: 'app',
    images: sketch.images,
    startUpMs: 20_000,
    memory: { baseBytes: sketch.memoryMiB * MIB, bytesPerHour: 0, bytesPerRps: 0.02 * MIB, fillMs: 60_000 },
    cpu: sketch.cpu,
    traffic: sketch.traffic,
    latencySeconds: sketch.latencySeconds,
    errorRatio: 0.002,
    noise: sketch.noise ?? 0.04,
    ...(sketch.bursts === undefined ? {} : { bursts: sketch.bursts }),
    room: { cpuCores: sketch.roomCores ?? 3, memoryBytes: 6 * 1024 * MIB },
    changes: sketch.changes ?? [],
  }
}

/** What the shop's workloads really need. */
export function shopTruths(times: ShopTimes): readonly WorkloadTruth[] {
  return [
    truthFrom({
      name: 'cart',
      images: { [`${REGISTRY}/cart:3.4.1`]: 'runs' },
      memoryMiB: 20,
      cpu: { idleCores: 0.01, coresPerRps: 0.003 },
      traffic: { baseRps: 40, daily: 0.4, peakHour: 14, monday: 1.1 },
      latencySeconds: 0.09,
      changes: [{ atMs: times.cartMs, overMs: 8 * MINUTE_MS, addBytes: 75 * MIB }],
    }),
    truthFrom({
      name: 'catalog',
      images: { [CATALOG_IMAGES.good]: 'runs', [CATALOG_IMAGES.bad]: 'crashes' },
      memoryMiB: 110,
      cpu: { idleCores: 0.02, coresPerRps: 0.002 },
      traffic: { baseRps: 60, daily: 0.4, peakHour: 14, monday: 1.1 },
      latencySeconds: 0.12,
    }),
    truthFrom({
      name: 'frontend',
      images: { [`${REGISTRY}/frontend:12.0.3`]: 'runs' },
      memoryMiB: 140,
      cpu: { idleCores: 0.02, coresPerRps: 0.003 },
      traffic: { baseRps: 120, daily: 0.6, peakHour: 13, monday: 1.5 },
      latencySeconds: 0.2,
    }),
    truthFrom({
      name: 'payments',
      images: { [`${REGISTRY}/payments:7.1.0`]: 'runs' },
      memoryMiB: 150,
      cpu: { idleCores: 0.02, coresPerRps: 0.004 },
      traffic: { baseRps: 40, daily: 0.3, peakHour: 15, monday: 1.1 },
      latencySeconds: 0.3,
      noise: 0.18,
      bursts: { share: 0.15, factor: 1.8 },
    }),
    truthFrom({
      name: 'checkout',
      images: { [`${REGISTRY}/checkout:5.2.0`]: 'runs' },
      memoryMiB: 120,
      cpu: { idleCores: 0.01, coresPerRps: 0.006 },
      traffic: { baseRps: 30, daily: 0.2, peakHour: 14, monday: 1.1 },
      latencySeconds: 0.25,
      roomCores: 0.25,
      changes: [{ atMs: times.checkoutMs, overMs: 4 * MINUTE_MS, cpuFactor: 3.4 }],
    }),
    truthFrom({
      name: 'recommendation',
      images: { [`${REGISTRY}/recommendation:2.0.7`]: 'runs' },
      memoryMiB: 170,
      cpu: { idleCores: 0.03, coresPerRps: 0.005 },
      traffic: { baseRps: 45, daily: 0.3, peakHour: 14, monday: 1.1 },
      latencySeconds: 0.15,
      changes: [{ atMs: times.recommendationMs, overMs: 10 * MINUTE_MS, rpsFactor: 0.33, latencyFactor: 0.6 }],
    }),
    truthFrom({
      name: 'reviews',
      images: { [`${REGISTRY}/reviews:4.1.2`]: 'runs' },
      memoryMiB: 40,
      cpu: { idleCores: 0.01, coresPerRps: 0.003 },
      traffic: { baseRps: 25, daily: 0.4, peakHour: 19, monday: 1 },
      latencySeconds: 0.14,
      changes: [{ atMs: times.reviewsMs, overMs: 8 * MINUTE_MS, addBytes: 90 * MIB }],
    }),
  ]
}

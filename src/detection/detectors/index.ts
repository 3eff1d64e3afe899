import type { Detector } from './detector.ts'
import { isolationForest } from './isolation-forest.ts'

/** The models that vote. A new one is a file of its own and a line here. */
export const detectors: readonly Detector[] = [isolationForest]

import type { Detector } from './detector.ts'

/** The models that vote. */
export const detectors: readonly Detector[] = []

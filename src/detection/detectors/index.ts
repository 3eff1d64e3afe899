import { arima } from './arima.ts'
import type { Detector } from './detector.ts'
import { isolationForest } from './isolation-forest.ts'
import { lstm } from './lstm.ts'
import { prophet } from './prophet.ts'

/** The models that vote. A new one is a file of its own and a line here. */
export const detectors: readonly Detector[] = [isolationForest, arima, prophet, lstm]

import { randomFrom } from '../../source/random.ts'
import { type Peer, thresholded } from './peer.ts'

/** The floor under every figure: numbers that know nothing. */
export const random: Peer = {
  name: 'random',
  judge: (series, seed) => {
    const next = randomFrom(seed ^ Number.parseInt(series.digest.slice(0, 8), 16))
    return thresholded(
      series,
      Float64Array.from({ length: series.window.length }, () => next()),
    )
  },
}

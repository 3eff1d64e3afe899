import { parseImage } from '../image.ts'
import type { Question } from '../place.ts'
import { says, type Traced } from '../sentinel.ts'
import type { HelmCandidate } from './helm-candidates.ts'

/**
 * Whether what is rendered now shows that a value is not what writes the field, though its sentinel came through: the sentinel is rendered as
 * it is, so the value would be too, and something else is. A condition (`if eq .Values.size "64Mi"`, `max`, `min`) decided otherwise with the
 * sentinel than it does with the value.
 */
export function isBelied({ candidate, rendered }: Traced<HelmCandidate>, { kind, current }: Question): boolean {
  const { written, part, sentinel } = candidate
  if (written === null || written === '' || current === undefined || String(written).includes('{{')) return false
  if (part === 'whole') return rendered === String(sentinel.value) && !says(kind, written, current)
  if (part !== 'tag' || kind !== 'image') return false
  const [shown, now] = [parseImage(rendered), parseImage(String(current))]
  return shown?.tag === sentinel.mark && now?.tag !== undefined && now.tag !== String(written)
}

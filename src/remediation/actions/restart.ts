import { formatInstant } from '../../domain/index.ts'
import { endedAs, planned, type Remedy, refused } from './remedy.ts'

/** Rolls new pods by an annotation of the pod template. Its value is the start of the incident, so that a second look plans the same. */
export const restart: Remedy = {
  id: 'restart',
  action: 'restart',
  answers: ['CrashLoopBackOff'],
  plan(input) {
    if (endedAs(input, ['insufficient']).some(({ record }) => record.action === 'restart'))
      return refused('action-unfit', 'a restart did not help against this failure lately')
    const at = formatInstant(input.diagnosis.startMs)
    return planned(input, {
      changes: [{ field: 'annotations.kintsugi.dev/restarted-at', value: at }],
      title: 'restart the pods',
      rationale: `Restart the pods, by the annotation kintsugi.dev/restarted-at ${at} on the pod template.`,
    })
  },
}

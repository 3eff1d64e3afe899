import { raiseCpu } from './raise-cpu.ts'
import { raiseMemory } from './raise-memory.ts'
import type { Remedy } from './remedy.ts'
import { restart } from './restart.ts'
import { rollBackImage } from './roll-back-image.ts'
import { scaleOut } from './scale-out.ts'

/** Every way to mend. `notify-only` is none of them: it changes nothing. */
export const remedies: readonly Remedy[] = [raiseMemory, raiseCpu, rollBackImage, restart, scaleOut]

import { APPLICATION_OPTIONS } from './source-options.ts'
import type { Verb } from './verb.ts'

export const where: Verb = {
  name: 'where',
  summary: 'the line in Git that sets a field, asked as kubectl is; also kubectl kintsugi where',
  examples: [
    {
      says: 'where does the memory limit of cart come from?',
      command: 'kintsugi where deploy/cart limits.memory -n shop',
    },
    { says: 'every field of a workload', command: 'kintsugi where sts/db -n shop' },
  ],
  operands: 'KIND/NAME [FIELD ...]',
  options: [
    { name: 'namespace', short: 'n', value: 'NS', says: 'namespace of the object; any unless told' },
    { name: 'container', short: 'c', value: 'NAME', says: 'container, where the object has several' },
    ...APPLICATION_OPTIONS,
  ],
  async run(context) {
    const { runWhere } = await import('./where/run-where.ts')
    return runWhere(context)
  },
}

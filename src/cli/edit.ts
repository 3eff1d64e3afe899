import { COMPANION_POLICIES, type CompanionPolicy, type EditOutcome, KintsugiError } from '../domain/index.ts'
import type { Arguments } from './arguments.ts'
import type { Io } from './io.ts'
import { EXAMPLE, SOURCE_OPTIONS } from './source-options.ts'
import type { Checkout } from './source-request.ts'
import type { Verb } from './verb.ts'

type Edited = { readonly outcome: EditOutcome; readonly checkout: Checkout }

function companionsIn(args: Arguments): CompanionPolicy {
  const written = args.text('companions') ?? 'refuse'
  const known = COMPANION_POLICIES.find((one) => one === written)
  if (known === undefined)
    throw new KintsugiError('KIN-1001', `--companions is ${COMPANION_POLICIES.join(' or ')}, not ${written}.`)
  return known
}

async function editEach(args: Arguments, io: Io): Promise<Edited> {
  const [{ askEach, readQuestion, readRequest }, { readLive }, room] = await Promise.all([
    import('./source-request.ts'),
    import('./live-file.ts'),
    import('../source/index.ts'),
  ])
  const { target, field } = readQuestion(args)
  const container = args.text('container')
  const companions = companionsIn(args)
  const [request, live] = await Promise.all([readRequest(args, io, target), readLive(args, io)])
  const { deps, home } = request
  const change = { field, value: args.text('value') ?? '', ...(container !== undefined && { container }) }
  const answer = await askEach(request, async (candidate) => {
    const asked = { ...candidate, deps, target, changes: [change], companions, ...(live && { live }) }
    const outcome = await room.edit(asked)
    if (outcome.outcome === 'refused') return outcome
    const repoURL = outcome.outcome === 'edited' ? outcome.repoURL : undefined
    return { outcome, checkout: (repoURL === undefined ? undefined : candidate.checkout(repoURL)) ?? home }
  })
  if ('checkout' in answer) return answer
  const { reason, message } = answer
  return { outcome: { outcome: 'refused', reason, message }, checkout: home }
}

export const edit: Verb = {
  name: 'edit',
  summary: 'changes one field where Git sets it, and proves by rendering that nothing else changes',
  examples: [
    { says: 'what would change?', command: `kintsugi edit ${EXAMPLE} --value 128Mi` },
    { says: 'change it', command: `kintsugi edit --write ${EXAMPLE} --value 128Mi` },
  ],
  options: [
    ...SOURCE_OPTIONS,
    {
      name: 'value',
      value: 'V',
      required: true,
      says: 'as the rendered object should have it: 128Mi, 3, registry/app:1.2',
    },
    {
      name: 'companions',
      value: 'refuse|list',
      says: 'changes that come with the field (version labels after an image, checksums): refuse, which is the default, or list those that guard nothing',
    },
    { name: 'write', says: 'change the files; without it nothing is written' },
  ],
  async run({ args, terminal, io }) {
    const { showOutcome } = await import('./show-edit.ts')
    const { outcome, checkout } = await terminal.during('rendering', () => editEach(args, io))
    const written = outcome.outcome === 'edited' && args.has('write')
    if (written) {
      const { writeFiles } = await import('../adapters/files/index.ts')
      await writeFiles(checkout.dir, outcome.files, checkout.tree)
    }
    return showOutcome(outcome, written, terminal)
  },
}

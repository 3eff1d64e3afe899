import { ERRORS, KintsugiError } from '../domain/index.ts'
import { excerpt } from './excerpt.ts'
import type { PolicyFile } from './policy-files.ts'
import { styled } from './style.ts'
import type { Terminal } from './terminal.ts'
import type { ExitCode, Verb } from './verb.ts'

type PolicyRoom = typeof import('../policy/index.ts')
type Checked = PolicyFile & ReturnType<PolicyRoom['parsePolicies']>

function check(files: readonly PolicyFile[], { parsePolicies }: PolicyRoom): readonly Checked[] {
  return files.map((one) => ({
    ...one,
    ...parsePolicies(one.text, one.file, { from: 'repository', repo: '', file: one.file }),
  }))
}

function asDocument(checked: readonly Checked[], skipped: readonly PolicyFile[]): Readonly<Record<string, unknown>> {
  const policies = checked.flatMap((one) =>
    one.policies.map((policy) => ({
      file: one.file,
      name: policy.name,
      targetNamespace: policy.targetNamespace,
      anomalyType: policy.failure,
      action: policy.action,
      mode: policy.pullRequest.mode,
      enabled: policy.enabled,
    })),
  )
  const problems = checked.flatMap((one) => one.problems)
  return { valid: problems.length === 0, policies, problems, skipped: skipped.map((one) => one.file) }
}

function showProblems(checked: readonly Checked[], terminal: Terminal, room: PolicyRoom): void {
  for (const { text, problems } of checked)
    for (const problem of problems) {
      terminal.line(styled('bold', room.formatProblem(problem)))
      for (const line of excerpt(text, problem.line, problem.column)) terminal.line(...line)
    }
}

function showPolicies(checked: readonly Checked[], terminal: Terminal): void {
  for (const { file, policies } of checked)
    for (const { name, targetNamespace, failure, action, pullRequest } of policies) {
      const does = `${failure} in ${targetNamespace}: ${action}, ${pullRequest.mode}`
      terminal.line(styled('green', 'ok'), `  ${file}  `, styled('bold', name), `  ${does}`)
    }
}

function verdict(checked: readonly Checked[], terminal: Terminal): ExitCode {
  const problems = checked.reduce((sum, one) => sum + one.problems.length, 0)
  if (problems === 0) {
    terminal.hint('kintsugi plan --policies PATH shows what these policies would do')
    return 0
  }
  const files = checked.filter((one) => one.problems.length > 0).length
  const count = `${problems} ${problems === 1 ? 'problem' : 'problems'} in ${files} of ${checked.length} files`
  terminal.note(styled('red', `KIN-2002 ${count}.`))
  terminal.note(styled('dim', 'next: '), ERRORS['KIN-2002'].next)
  return ERRORS['KIN-2002'].exit
}

/** In a folder other manifests may stand beside policies; a file that was named must be one. */
function isAboutPolicies(file: PolicyFile): boolean {
  return file.named || /SelfHealingPolicy|aiops\.example\.com/.test(file.text)
}

export const policyValidate: Verb = {
  name: 'policy validate',
  summary: 'checks policies: file, line, column, and what was probably meant',
  examples: [
    { says: 'all policies of a repository', command: 'kintsugi policy validate .kintsugi/policies' },
    { says: 'in CI', command: 'kintsugi policy validate --json policies/cart.yaml' },
  ],
  operands: 'PATH...',
  options: [],
  async run({ args, terminal, io }) {
    const [room, { policyFiles }] = await Promise.all([import('../policy/index.ts'), import('./policy-files.ts')])
    const files = await policyFiles(args.operands, io.cwd)
    const about = files.filter(isAboutPolicies)
    const skipped = files.filter((one) => !isAboutPolicies(one))
    if (about.length === 0)
      throw new KintsugiError('KIN-1002', `No SelfHealingPolicy was found in ${args.operands.join(', ')}.`)
    const checked = check(about, room)
    if (terminal.asJson) terminal.json(asDocument(checked, skipped))
    else {
      showPolicies(checked, terminal)
      showProblems(checked, terminal, room)
    }
    if (skipped.length > 0) terminal.note(styled('dim', `${skipped.length} other YAML files hold no policy`))
    return verdict(checked, terminal)
  },
}

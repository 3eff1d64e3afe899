import { type Failure, formatDuration, formatSubject, type Onboarding, type Subject } from '../domain/index.ts'
import { code, codeCell, fenced, fixed, joinLines, type Markdown, md, plainLine, prose } from './text.ts'

/** What a look at a bound repository found, before anything is proposed there. */
export type OnboardingInput = {
  readonly branch: string
  readonly base: Onboarding['base']
  /** Applications that read the repository. */
  readonly applications: readonly {
    readonly name: string
    readonly path: string
    readonly namespace: string
    readonly workloads: number
  }[]
  /** What the bot would have proposed, had it been asked. */
  readonly would: readonly {
    readonly subject: Subject
    readonly failure: Failure
    readonly file: string
    readonly line: number
    readonly before: string
    readonly after: string
  }[]
  readonly lookedBackMs: number
  /** Why an app cannot merge here, a part of a sentence; absent where it can. */
  readonly mayNotMerge?: string
  /** `apiVersion` of policies at this operator. */
  readonly apiVersion: string
  readonly audience: 'private' | 'public'
}

export const ONBOARDING_FILE = '.kintsugi/policies/kintsugi.yaml'

const MAX_ROWS = 20
const MAX_NAMESPACES = 20
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Namespaces that a policy can name, each once. */
function namespacesOf({ applications }: OnboardingInput): readonly string[] {
  const named = new Set(applications.map(({ namespace }) => namespace).filter((name) => NAMESPACE.test(name)))
  return [...named].sort().slice(0, MAX_NAMESPACES)
}

/** One policy a namespace, in the mildest mode that opens pull requests: nothing is merged by the bot. */
function policyFile(input: OnboardingInput): string {
  const documents = namespacesOf(input).map(
    (namespace) => `apiVersion: ${input.apiVersion}
kind: SelfHealingPolicy
metadata:
  name: oom-${namespace}
spec:
  targetNamespace: ${namespace}
  anomalyType: OOMKilled
  action: adjust-resources
  confidenceThreshold: 0.8
  cooldownPeriod: 1h
  maxRetries: 2
  pullRequest:
    # A person merges. merge-on-approval and automerge are for later; the operator's ceiling holds whatever stands here.
    mode: propose
`,
  )
  return documents.join('---\n')
}

function rows(head: readonly string[], cells: readonly (readonly Markdown[])[]): Markdown {
  const left = cells.length - MAX_ROWS
  return joinLines([
    fixed(`| ${head.join(' | ')} |`),
    fixed(`|${head.map(() => '---|').join('')}`),
    ...cells.slice(0, MAX_ROWS).map((row) => fixed(`| ${row.join(' | ')} |`)),
    ...(left > 0 ? [fixed(''), md`and ${left} more`] : []),
  ])
}

function found({ applications }: OnboardingInput): Markdown {
  return rows(
    ['Application', 'Path', 'Namespace', 'Workloads'],
    applications.map((one) => [
      codeCell(one.name),
      codeCell(one.path, 200),
      codeCell(one.namespace),
      fixed(String(one.workloads)),
    ]),
  )
}

function wouldHave({ would, lookedBackMs, audience }: OnboardingInput): Markdown {
  if (would.length === 0)
    return md`Nothing: in the last ${fixed(formatDuration(lookedBackMs))} no workload of these called for a change that a policy below allows.`
  const cells = would.map((one) => [
    codeCell(formatSubject(one.subject)),
    ...(audience === 'public' ? [] : [codeCell(one.subject.cluster, 60)]),
    fixed(one.failure),
    codeCell(`${one.file}:${one.line}`, 200),
    fixed(`${codeCell(one.before)} → ${codeCell(one.after)}`),
  ])
  const head = ['Workload', ...(audience === 'public' ? [] : ['Cluster']), 'Failure', 'Line', 'Change']
  return joinLines([
    md`In the last ${fixed(formatDuration(lookedBackMs))} it would have proposed these changes:`,
    fixed(''),
    rows(head, cells),
  ])
}

/** The pull request that offers the bot to a repository: its first policies, what was found, and what would happen. */
export function writeOnboarding(input: OnboardingInput): Onboarding {
  const file = policyFile(input)
  const namespaces = namespacesOf(input)
  const title = plainLine('chore: let Kintsugi propose fixes for this repository', 120)
  const body = joinLines([
    fixed(
      '**Kintsugi can mend what this repository deploys. Merging this lets it open pull requests here; nothing happens until then.**',
    ),
    fixed(''),
    fixed(
      '- Merged: it opens a pull request when a container of these namespaces is killed for want of memory. It proves each by rendering; **a person merges it**.',
    ),
    fixed('- Closed: no. Nothing is proposed here, and this is not asked again.'),
    fixed('- Left open: nothing happens. Change the file on this branch as you like.'),
    fixed(''),
    fixed('### What was found'),
    fixed(''),
    found(input),
    fixed(''),
    fixed('### What it would have done'),
    fixed(''),
    wouldHave(input),
    fixed(''),
    fixed('### What this adds'),
    fixed(''),
    md`${code(ONBOARDING_FILE)}, one policy for ${namespaces.length === 1 ? fixed('the namespace') : md`each of ${namespaces.length} namespaces`}:`,
    fixed(''),
    fixed('<details><summary>The file</summary>'),
    fixed(''),
    fenced(file.trimEnd().split('\n'), 'text', 6000),
    fixed(''),
    fixed('</details>'),
    fixed(''),
    fixed('### What is possible here'),
    fixed(''),
    input.mayNotMerge === undefined
      ? fixed(
          'Proposals, merging after an approval, and merging by the bot itself, each only if a policy here **and** the operator allow it.',
        )
      : md`Proposals alone, as long as ${prose(input.mayNotMerge, 200)}. A person always merges.`,
    fixed(''),
    fixed(
      'It never touches workflows, CODEOWNERS or its own policies, changes one value of one workload at a time, and takes back by a pull request what did harm.',
    ),
  ])
  const message = [title, '', 'Adds the first policies. The bot proposes; a person merges.'].join('\n')
  return {
    branch: input.branch,
    base: input.base,
    title,
    body,
    commitMessage: `${message}\n`,
    files: [{ path: ONBOARDING_FILE, content: new TextEncoder().encode(file) }],
  }
}

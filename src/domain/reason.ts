/** A named reason: what it means, and what a person can do. Looked up by `kintsugi explain <reason>`. */
export type ReasonInfo = {
  readonly group: 'hold' | 'plan' | 'source' | 'forge' | 'data' | 'outcome'
  readonly means: string
  readonly next: string
}

/** Everything the bot leaves undone has one of these names. */
export const REASONS = {
  // May we act?
  'no-policy': {
    group: 'hold',
    means: 'No policy covers this failure of this workload.',
    next: 'Add a SelfHealingPolicy for the namespace and the anomalyType. Without one nothing is written, not even a note.',
  },
  'policy-disabled': {
    group: 'hold',
    means: 'A policy that names this failure and workload says enabled: false.',
    next: 'Set enabled: true in that policy to let the bot act.',
  },
  'notify-only': {
    group: 'hold',
    means: 'The policy asks for a note and nothing else.',
    next: 'Choose another action in the policy to get a proposal.',
  },
  'low-confidence': {
    group: 'hold',
    means: 'The confidence is below the confidenceThreshold of the policy.',
    next: 'Wait for more evidence, or lower the threshold after a look at the reliability table.',
  },
  cooldown: {
    group: 'hold',
    means: 'The last activity on this workload is younger than the cooldownPeriod.',
    next: 'Wait, or shorten cooldownPeriod.',
  },
  'retries-exhausted': {
    group: 'hold',
    means: 'The attempts of this episode have reached maxRetries.',
    next: 'Look at the earlier pull requests of this workload; the cause is probably another one.',
  },
  'closed-by-person': {
    group: 'hold',
    means: 'A person closed the last proposal for this failure: closed means no, for 7 days.',
    next: 'Say /kintsugi retry on the closed pull request, or wait until the time has passed.',
  },
  'not-onboarded': {
    group: 'hold',
    means:
      'The repository has no policies of its own, and the pull request that offers them is not merged: nothing is proposed there.',
    next: 'Merge the offer, add policies below .kintsugi/policies, or set onboarding.enabled: false. A closed offer means no.',
  },
  'held-by-person': {
    group: 'hold',
    means: 'A person asked the bot to leave this workload alone.',
    next: 'Say /kintsugi retry on the pull request, or wait until the snooze is over.',
  },
  'disarmed-by-person': {
    group: 'hold',
    means: 'A person switched off the merging that the bot had asked the forge for: it is never asked for again.',
    next: 'Merge or close it by hand.',
  },
  'breaker-open': {
    group: 'hold',
    means: 'Two fixes of this policy did harm within 24 hours, so it is stopped.',
    next: 'Look at the two reverts; the policy opens again 24 hours after the last.',
  },
  paused: {
    group: 'hold',
    means: 'The operator has paused the bot, or its pause source cannot be read.',
    next: 'Lift the pause where it was set.',
  },
  frozen: {
    group: 'hold',
    means: 'A change freeze is in force, or a freeze source cannot be reached.',
    next: 'Wait for its end.',
  },
  'outside-window': {
    group: 'hold',
    means: 'The policy allows merges only within its window.',
    next: 'Merge by hand, or wait for the window.',
  },
  'warm-up': {
    group: 'hold',
    means: 'The bot has just begun to watch and first looks without acting.',
    next: 'Wait until the warm-up is clean.',
  },
  'budget-exhausted': {
    group: 'hold',
    means: 'The number of open or hourly pull requests has reached the limit of the policy.',
    next: 'Merge or close open ones, or raise limits.openPullRequests or limits.perHour.',
  },
  'not-bound': {
    group: 'hold',
    means: 'No binding of the operator lets this cluster and namespace be mended in that repository, branch or path.',
    next: 'Add a binding in the operator configuration.',
  },
  'protected-namespace': {
    group: 'hold',
    means: 'The namespace is protected by the operator.',
    next: 'Take it out of ceiling.protectedNamespaces if that is wanted.',
  },
  'above-ceiling': {
    group: 'hold',
    means: "The operator's ceiling does not allow this action or field.",
    next: 'Raise the ceiling, or choose another action.',
  },
  persistence: {
    group: 'hold',
    means: 'The symptom has not lasted long enough yet.',
    next: 'Wait: it is judged again at the next tick.',
  },
  'line-has-open-change': {
    group: 'hold',
    means: 'Another open proposal of the bot already changes that line.',
    next: 'Merge or close the other one first.',
  },
  'common-cause': {
    group: 'hold',
    means: 'The same symptom struck many workloads at once, so the cause is not in one of them.',
    next: 'Look for what they share: a node, a registry, one commit.',
  },
  'environment-not-edited': {
    group: 'hold',
    means: 'The operator lets this environment be changed by promotion only, or never.',
    next: 'Change the environment that comes before it.',
  },
  // What would help?
  'action-unfit': {
    group: 'plan',
    means: 'The action of the policy does not answer this failure.',
    next: 'Choose an action that does: kintsugi explain lists them by failure.',
  },
  'no-evidence-for-sizing': {
    group: 'plan',
    means: 'What is needed to size the change was not observed.',
    next: 'Check that limits and usage of this container are scraped.',
  },
  'at-maximum': {
    group: 'plan',
    means: 'The next step would pass the maximum of the policy, the operator or the namespace.',
    next: 'Raise the maximum, or look for the cause in the application.',
  },
  'no-proven-image': {
    group: 'plan',
    means: 'No earlier image of this container is known to have run well.',
    next: 'Fix the image forward; the bot rolls back only to what was proven.',
  },
  'git-is-not-the-cause': {
    group: 'plan',
    means: 'Nothing that Git holds for this workload changed before the failure began.',
    next: 'Look for an image tag that moved, a Secret, a node or a dependency.',
  },
  'owned-by-autoscaler': {
    group: 'plan',
    means: 'An autoscaler owns this field, so an edit in Git would fight it.',
    next: 'Change the bounds of the autoscaler.',
  },
  'revert-would-oom': {
    group: 'plan',
    means: 'Taking this back would lower memory to a limit under which the container was OOM-killed.',
    next: 'Choose a value above it by hand.',
  },
  'request-above-limit': {
    group: 'plan',
    means: 'The change would put a request above its limit.',
    next: 'Raise the limit too.',
  },
  // Where is it written?
  'application-not-found': {
    group: 'source',
    means: 'No Argo CD Application is known that renders this workload.',
    next: 'Check that the workload carries the tracking annotation, or name the Application with --application.',
  },
  'application-unreadable': {
    group: 'source',
    means: 'The Application manifest has no source that can be read, or contradicts itself.',
    next: 'Read the message: it names the field.',
  },
  'unsupported-applicationset': {
    group: 'source',
    means: 'The ApplicationSet uses a template function or a setting that is not built here.',
    next: 'The message names it. Name a generated Application with --application, as the cluster has it.',
  },
  'generated-elsewhere': {
    group: 'source',
    means: 'The Applications are generated from something outside Git: clusters, pull requests, an SCM or a plugin.',
    next: 'Name a generated Application with --application, as the cluster has it.',
  },
  'tracking-mismatch': {
    group: 'source',
    means:
      'What the live object says of its Application does not agree with the object or with what that Application renders.',
    next: 'The message names the two. Such marks are copied along with objects: remove them from the copy.',
  },
  'unsupported-source': {
    group: 'source',
    means: 'The source is of a kind that cannot be traced yet.',
    next: 'The message names it. Change the value by hand.',
  },
  'pinned-revision': {
    group: 'source',
    means: 'The Application is pinned to a tag or a commit, so an edit of a branch would change nothing.',
    next: 'Move the pin.',
  },
  'source-missing': {
    group: 'source',
    means: 'A repository or a chart that the Application reads is not at hand.',
    next: 'Name the folder of a repository with --source URL=DIR, bring charts with --charts; for the bot, bind the repository.',
  },
  'path-missing': {
    group: 'source',
    means: 'The path of the Application does not exist in the tree.',
    next: 'Check spec.source.path.',
  },
  'value-file-missing': {
    group: 'source',
    means: 'A value file of the Application does not exist, and the Application does not allow it to be missing.',
    next: 'Add the file, or set ignoreMissingValueFiles.',
  },
  'value-file-to-create': {
    group: 'source',
    means: 'The value belongs in a value file that the Application names, lets be missing, and that does not exist.',
    next: 'Create the file that is named, even empty; then ask again.',
  },
  'broken-base': {
    group: 'source',
    means: 'A kustomization names a file or base that is not there or is not valid.',
    next: 'Mend the kustomization: real kustomize cannot build it either.',
  },
  'unsupported-kustomize': {
    group: 'source',
    means: 'The kustomization uses a feature that is not built here.',
    next: 'The message names it. Change the value by hand.',
  },
  'remote-base': {
    group: 'source',
    means: 'A kustomization reads from another host, which is never fetched.',
    next: 'Vendor the base into the repository.',
  },
  'chart-not-allowed': {
    group: 'source',
    means: 'A chart repository, or where it sends its readers, is not one that may be asked.',
    next: 'Allow the beginning of the URL that the message names, or put the chart into a folder and name it with --charts DIR.',
  },
  'chart-missing': {
    group: 'source',
    means: 'The chart repository has no such chart, or no version that answers.',
    next: 'Check repoURL, chart and targetRevision.',
  },
  'chart-unreachable': {
    group: 'source',
    means: 'The chart repository does not answer, or not without an account.',
    next: 'Try again, or put the chart into a folder and name it with --charts DIR.',
  },
  'chart-rejected': {
    group: 'source',
    means: 'What the chart repository gave is not the chart that it names: a digest, a size or its files are wrong.',
    next: 'Look at the repository: Argo CD may be given something else than you expect.',
  },
  'renderer-missing': {
    group: 'source',
    means: 'There is no helm to render this chart with.',
    next: 'Put helm on the PATH, set KINTSUGI_HELM, or run npm run tools.',
  },
  'renderer-unreachable': {
    group: 'source',
    means: 'The renderer of its own does not answer, or not as one does.',
    next: 'Check renderer.url of the configuration, and the log and /version of the renderer.',
  },
  'render-failed': {
    group: 'source',
    means: 'The renderer refused the input.',
    next: 'The message quotes it. Argo CD most likely cannot render it either.',
  },
  'render-limit': {
    group: 'source',
    means: 'Rendering passed a limit of time, memory or output.',
    next: 'Look at the chart: a normal one stays far below.',
  },
  'live-unknown': {
    group: 'source',
    means: 'The cluster was not asked, or it has no such object: what it runs cannot be held against Git.',
    next: 'See that the service account may read the workload, and that the workload is there. A person may merge.',
  },
  'render-mismatch': {
    group: 'source',
    means: 'What Git renders is not what the cluster was told to run.',
    next: 'Sync the Application or find the drift first.',
  },
  'target-not-found': {
    group: 'source',
    means: 'The rendered objects hold no such workload.',
    next: 'Check kind, namespace and name; an object without a namespace is in the destination namespace.',
  },
  'target-ambiguous': {
    group: 'source',
    means: 'More than one rendered object or container answers to that name.',
    next: 'Name the container, or the namespace.',
  },
  'container-not-found': {
    group: 'source',
    means: 'The workload has no container of that name in Git.',
    next: 'An injected container is configured where it is injected.',
  },
  'field-unsupported': {
    group: 'source',
    means: 'This kind of object has no such field.',
    next: 'Choose a field of that kind.',
  },
  'value-elsewhere': {
    group: 'source',
    means: 'The value is taken from another object, which the message names.',
    next: 'Set it in that object.',
  },
  'not-in-git': {
    group: 'source',
    means: 'No line of the repository that may be edited sets this field.',
    next: 'Set it by hand where the chart or template allows it.',
  },
  'hard-coded': {
    group: 'source',
    means: 'The value is a literal in a template, so no value sets it.',
    next: 'Change the template; the message names its line where it is yours.',
  },
  templated: {
    group: 'source',
    means: 'The value is made by a template or holds a placeholder.',
    next: 'Change what the template reads.',
  },
  encrypted: { group: 'source', means: 'The file is encrypted.', next: 'Change it with the tool that encrypts it.' },
  'shared-anchor': {
    group: 'source',
    means: 'The value is an anchor or alias of YAML, so other fields would change with it.',
    next: 'Write the value out, then try again.',
  },
  'block-scalar': { group: 'source', means: 'The value is a text of several lines.', next: 'Write it on one line.' },
  generated: {
    group: 'source',
    means: 'The file is generated; an edit would be overwritten.',
    next: 'Change what it is generated from.',
  },
  'shared-writer': {
    group: 'source',
    means: 'Other environments read this line and it cannot be set for one alone.',
    next: 'Set it in an overlay of this environment by hand.',
  },
  'other-changes': {
    group: 'source',
    means: 'Rendering shows that the edit changes more than the field that was meant.',
    next: 'The message lists what else would change; make the edit by hand if that is wanted.',
  },
  'no-effect': {
    group: 'source',
    means: 'Rendering shows that the edit changes nothing: something later sets the field again.',
    next: 'Look for a later value file, patch or parameter.',
  },
  'proof-too-wide': {
    group: 'source',
    means: 'Too many Applications read the file to prove the edit within the budget.',
    next: 'Make the edit by hand, or split the file.',
  },
  'yaml-invalid': {
    group: 'source',
    means: 'The file is not valid YAML.',
    next: 'Mend it at the line that the message names.',
  },
  'input-too-large': {
    group: 'source',
    means: 'The file passes a limit of size, depth, keys or aliases.',
    next: 'Such a file is not read, to keep the bot alive. Split it.',
  },
  'unsafe-path': {
    group: 'source',
    means: 'A path leaves the tree, or passes a link or submodule.',
    next: 'Use plain files within the repository.',
  },
  'value-invalid': {
    group: 'source',
    means: 'The value is not one that this field can hold.',
    next: 'Read the message.',
  },
  'set-by-cluster-secret': {
    group: 'source',
    means: 'The value comes from a cluster Secret of Argo CD, not from Git.',
    next: 'Change the Secret.',
  },
  'owned-by-promotion': {
    group: 'source',
    means: 'A promotion writes this field from another environment.',
    next: 'Change the environment that it comes from.',
  },
  injected: {
    group: 'source',
    means: 'The container is injected by a controller, not written in Git.',
    next: 'Configure the injector.',
  },
  'field-ignored': {
    group: 'source',
    means: 'The Application ignores differences of this field, so an edit may never be synced.',
    next: 'Look at spec.ignoreDifferences.',
  },
  // Writing and merging
  'branch-taken': {
    group: 'forge',
    means: 'The branch holds commits that are not ours.',
    next: 'Rename or delete that branch.',
  },
  'base-moved': {
    group: 'forge',
    means: 'The base branch moved in a way that changes what the proof read.',
    next: 'Nothing: the proposal is computed again.',
  },
  'head-not-ours': {
    group: 'forge',
    means: 'Someone pushed to the branch of the proposal: the bot keeps its hands off it.',
    next: 'Merge or close it by hand.',
  },
  tampered: {
    group: 'forge',
    means: 'The machine block of the pull request was changed, so nothing in it is believed.',
    next: 'Close the pull request.',
  },
  'record-unknown': {
    group: 'forge',
    means: 'The machine block is ours, but a newer version of the bot wrote it.',
    next: 'Run that version, or close the pull request.',
  },
  conflict: {
    group: 'forge',
    means: 'The change does not apply to the base any more.',
    next: 'Nothing: it is computed again.',
  },
  'path-forbidden': {
    group: 'forge',
    means: 'The change touches a path that the bot never writes, or one outside its binding.',
    next: 'Make it by hand.',
  },
  'too-many-files': { group: 'forge', means: 'The change touches more than 5 files.', next: 'Make it by hand.' },
  'no-required-check': {
    group: 'forge',
    means:
      'Auto-merge needs checks of other apps that are required and green, and there are fewer than the policy asks for.',
    next: 'Require a check on the base branch, or set requiredChecks: 0 where the operator allows it.',
  },
  'awaiting-approval': { group: 'forge', means: 'The policy waits for an approving review.', next: 'Review it.' },
  'awaiting-merge': { group: 'forge', means: 'A person has to merge this one.', next: 'Merge or close it.' },
  'forge-unread': {
    group: 'forge',
    means: 'Rules, checks or reviews could not be read in full, and what is not known is never taken as allowed.',
    next: 'Run kintsugi doctor: a permission of the app may be missing. It is read again at the next tick.',
  },
  'check-never-reported': {
    group: 'forge',
    means: 'A required check has not reported within 30 minutes of the push, so it may never do.',
    next: 'Look why the check does not run on branches of the bot, or take it out of the required ones.',
  },
  'check-failed': {
    group: 'forge',
    means: 'A required check is red on this commit, or ended in a way that the policy does not accept.',
    next: 'Look at the check; close the pull request if the change is wrong.',
  },
  'changes-requested': {
    group: 'forge',
    means: 'A reviewer asks for changes.',
    next: 'Settle it with the reviewer, or close the pull request.',
  },
  'awaiting-owner': {
    group: 'forge',
    means: 'A code owner of a changed file has to approve. An app never owns or approves.',
    next: 'Ask an owner that CODEOWNERS names to review it.',
  },
  'four-eyes': {
    group: 'forge',
    means: 'The only approval is by somebody who changed the policy or asked for the change by command.',
    next: 'Let another person review it.',
  },
  'conversations-open': {
    group: 'forge',
    means: 'The rules of the base branch ask for every conversation to be resolved.',
    next: 'Resolve them on the pull request.',
  },
  'merge-method': {
    group: 'forge',
    means: 'The repository or its rules do not allow the merge method of the policy.',
    next: 'Set pullRequest.mergeMethod to one that is allowed; where signatures are required that is squash or merge.',
  },
  draft: { group: 'forge', means: 'The pull request is a draft.', next: 'Mark it as ready for review.' },
  'forge-blocked': {
    group: 'forge',
    means: 'The forge itself holds the merge back for a reason that the bot does not see.',
    next: 'Look at the merge box of the pull request.',
  },
  'merge-queue-unproven': {
    group: 'forge',
    means:
      'The base branch has a merge queue, and the check of the bot is not required in it: what the queue builds would be merged without a proof.',
    next: "Require the bot's check on the branch of the queue, or merge by hand.",
  },
  'track-record': {
    group: 'forge',
    means:
      'A fix of this policy did harm, and too few have helped since for a merge without a person; or a part of the record cannot be read.',
    next: 'Merge by hand: the right to merge comes back after three that helped.',
  },
  'not-leader': {
    group: 'forge',
    means: 'Another copy of the bot leads, or it is not known who does.',
    next: 'Nothing: the one that leads goes on.',
  },
  'audit-broken': {
    group: 'forge',
    means: 'The audit does not hold together or cannot be written, so nothing is merged.',
    next: 'Run kintsugi audit verify.',
  },
  'single-signal': {
    group: 'forge',
    means: 'Only one signal shows the failure; auto-merge needs two independent ones.',
    next: 'Merge it by hand if you are sure.',
  },
  'isolation-too-weak': {
    group: 'forge',
    means: 'The charts were rendered in a bounded child process, and auto-merge needs an isolated renderer.',
    next: 'Install the isolated renderer, or set ceiling.automergeIsolation: process.',
  },
  'render-assumed': {
    group: 'forge',
    means: 'The chart asks for versions of the cluster that nobody told the bot, so its proof rests on an assumption.',
    next: 'Set kubernetes.kubeVersion and apiVersions of the cluster, or helm.kubeVersion of the Application; or merge it by hand.',
  },
  'pull-parked': {
    group: 'forge',
    means: 'The forge gave unclear answers three times in a row.',
    next: 'Look at the forge; the bot tries again at the next tick.',
  },
  'repository-unavailable': {
    group: 'forge',
    means: 'The repository is gone or archived, or the app is not installed there any more.',
    next: 'Install the app there, or take the repository out of the bindings.',
  },
  'permission-missing': {
    group: 'forge',
    means: 'The forge does not let the app do this.',
    next: 'Give the app the permissions of app.yml.',
  },
  ruleset: {
    group: 'forge',
    means: 'A rule of the repository forbids it.',
    next: 'Fit the names and texts of the bot to the rule that the message names, or the rule to the bot.',
  },
  'forge-refused': {
    group: 'forge',
    means: 'The forge refuses it, and asking again does not change that.',
    next: 'Read the message.',
  },
  'executable-file': {
    group: 'forge',
    means: 'The file is executable, and a commit that the forge signs cannot keep that.',
    next: 'Make the change by hand, or take the bit away.',
  },
  'commits-unsigned': {
    group: 'forge',
    means: 'The forge does not sign the commits of the app, so they cannot be told from forged ones.',
    next: 'Switch on web commit signing, or set signatures: absent for this forge.',
  },
  'in-merge-queue': {
    group: 'forge',
    means: 'The proposal is in the merge queue of the base branch.',
    next: 'Wait for the queue.',
  },
  'mergeability-pending': {
    group: 'forge',
    means: 'The forge is still computing whether the proposal can be merged.',
    next: 'Nothing: the bot asks again.',
  },
  'checks-pending': {
    group: 'forge',
    means: 'A required check is missing or has not ended yet on this commit.',
    next: 'Wait for it, or look at what it says.',
  },
  'merge-refused': {
    group: 'forge',
    means: 'The forge refuses the merge, and waiting will not change that.',
    next: 'Read the message, and merge it by hand if it is right.',
  },
  'merge-drift': {
    group: 'forge',
    means: 'What was merged is not what was proven: somebody changed a file that the proof read in the same moment.',
    next: 'Look at the files that the message names; the bot merges nothing here by itself until then.',
  },
  // Data
  'data-missing': {
    group: 'data',
    means: 'A query that decides was not answered, or gave no series.',
    next: 'Run kintsugi doctor, or look at the query in the message.',
  },
  'data-partial': {
    group: 'data',
    means: 'Prometheus said that data is missing from its answer.',
    next: 'Look at the stores behind it.',
  },
  'data-stale': {
    group: 'data',
    means: 'The newest sample is older than two scrape intervals.',
    next: 'Check that the target is scraped.',
  },
  // Outcomes
  'awaiting-sync': {
    group: 'outcome',
    means: 'Merged; Argo CD has not put the revision into the cluster yet.',
    next: 'Wait, or look at the Application.',
  },
  'sync-timeout': {
    group: 'outcome',
    means: 'Argo CD did not sync the merged revision within syncTimeout.',
    next: 'Look at the Application: its sync may be off or failing.',
  },
  verifying: { group: 'outcome', means: 'Synced; the verification window is running.', next: 'Wait.' },
  resolved: {
    group: 'outcome',
    means: 'The symptom stayed away for the whole verification window at our revision.',
    next: 'Nothing.',
  },
  insufficient: {
    group: 'outcome',
    means: 'The same failure is still there, and nothing new is wrong.',
    next: 'Nothing: the next step follows while limits allow.',
  },
  harmful: {
    group: 'outcome',
    means: 'Something new went wrong after the fix was synced.',
    next: 'Look at the revert pull request.',
  },
  indeterminate: { group: 'outcome', means: 'There were too few samples to tell.', next: 'Look at the workload.' },
  'no-longer-needed': {
    group: 'outcome',
    means: 'The symptom went away, or the wanted value is already there, before the proposal was merged.',
    next: 'Nothing.',
  },
  'undo-asked': {
    group: 'outcome',
    means: 'A person asked to take it back.',
    next: 'Nothing. The bot leaves this failure of the workload alone for 7 days, or until /kintsugi retry.',
  },
  superseded: { group: 'outcome', means: 'A newer proposal takes the place of this one.', next: 'Nothing.' },
} as const satisfies Readonly<Record<string, ReasonInfo>>

export type Reason = keyof typeof REASONS

export function reasonInfo(reason: Reason): ReasonInfo {
  return REASONS[reason]
}

export function isReason(value: string): value is Reason {
  return Object.hasOwn(REASONS, value)
}

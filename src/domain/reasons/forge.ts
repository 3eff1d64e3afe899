import type { ReasonInfo } from './reason-info.ts'

/** Writing and merging. */
export const FORGE_REASONS = {
  'branch-taken': {
    group: 'forge',
    means: 'The branch holds commits that are not ours.',
    next: 'Rename or delete that branch.',
  },
  'base-moved': {
    group: 'forge',
    means: 'The base branch moved in a way that changes what the proof read.',
    next: 'Nothing: the proposal is computed again; where several read the same files, one after the other.',
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
    next: 'See that the app has every permission of app.yml, and that they were accepted in the settings of its installation. It is read again at the next tick.',
  },
  'classic-protection': {
    group: 'forge',
    means:
      'The base branch has a classic protection rule, which GitHub shows to administrators alone: what it asks for is not known in full, so the bot merges nothing there. It proposes as ever.',
    next: 'Write the rule as a ruleset (Settings, Rules, Rulesets), which every app may read, and delete the classic one; or merge by hand.',
  },
  'comments-unread': {
    group: 'forge',
    means:
      'A pull request of this workload has more than 1,000 comments. Not all are read, and an answer of the bot among the others may forbid what it would do, so it does nothing there.',
    next: 'Merge or close it by hand, and delete comments until fewer than 1,000 are left; lock the conversation against more.',
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
  'queue-removed': {
    group: 'forge',
    means:
      'The merge queue put the proposal out, and the bot puts no commit in twice: what failed there would fail again.',
    next: 'Look at the checks of what the queue had built. Put it back by hand if it was not the change that failed; a new commit is tried anew.',
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
  'not-applied': {
    group: 'forge',
    means: 'A backtest looks at the past: every proposal stays open there, whatever its policy allows.',
    next: 'Nothing. From the moment that the backtest names, the bot would have merged it.',
  },
  'merge-drift': {
    group: 'forge',
    means: 'What was merged is not what was proven: somebody changed a file that the proof read in the same moment.',
    next: 'Look at the files that the message names; the bot merges nothing here by itself until then.',
  },
} as const satisfies Readonly<Record<string, ReasonInfo>>

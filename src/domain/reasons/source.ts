import type { ReasonInfo } from './reason-info.ts'

/** Where is it written? */
export const SOURCE_REASONS = {
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
} as const satisfies Readonly<Record<string, ReasonInfo>>

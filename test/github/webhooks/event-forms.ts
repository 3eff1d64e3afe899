import { htmlRoot } from '../auth/forms.ts'
import { checkRunForm } from '../rest/forms/checks.ts'
import type { Place } from '../rest/forms/git.ts'
import { pullForm } from '../rest/forms/pulls.ts'
import { commentForm, issueForm } from '../rest/forms/threads.ts'
import type { CheckRun } from '../world/checks.ts'
import { type Comment, type Issue, type Pull, REACTIONS, type Reaction } from '../world/issues.ts'
import { suiteForm } from './suite-form.ts'

/** Objects as events show them: REST's form and what events always say besides. */
export function eventPull(place: Place, pull: Pull) {
  return { ...pullForm(place, pull), active_lock_reason: null }
}

export function eventIssue(place: Place, thread: Issue | Pull) {
  const form = issueForm(place, thread)
  return { ...form, reactions: reactionsForm(form.url, thread.reactions) }
}

export function eventComment(place: Place, comment: Comment) {
  const form = commentForm(place, comment)
  return { ...form, reactions: reactionsForm(form.url, comment.reactions) }
}

function reactionsForm(url: string, reactions: readonly Reaction[]) {
  const counts = REACTIONS.map((content) => [content, reactions.filter((one) => one.content === content).length])
  return { url: `${url}/reactions`, total_count: reactions.length, ...Object.fromEntries(counts) }
}

/** The address of the details is the App's own where it gave none. Source: docs.github.com, "Create a check run". */
export function eventRun(place: Place, run: CheckRun) {
  const suite = place.repo.suites.find((one) => one.id === run.suiteId)
  return {
    ...checkRunForm(place, run),
    details_url: run.detailsUrl ?? htmlRoot(place.root),
    check_suite: suite ? suiteForm(place, suite) : null,
  }
}

import { satisfies } from '../access.ts'
import { accountForm, appForm, installationForm } from '../auth/forms.ts'
import { covers } from '../auth/tokens.ts'
import type { Permissions } from '../exchange.ts'
import { repositoryForm } from '../rest/forms/repository.ts'
import type { Payload } from '../webhooks.ts'
import type { Installation } from '../world/accounts.ts'
import type { WorldEvent } from '../world/events.ts'
import type { World } from '../world/world.ts'
import { eventBody, type RepositoryEvent } from './bodies.ts'

/** What an App must be granted to be told. Source: docs.github.com, "Webhook events and payloads", availability of each. */
const NEEDS: Readonly<Record<string, Permissions>> = {
  push: { contents: 'read' },
  create: { contents: 'read' },
  delete: { contents: 'read' },
  pull_request: { pull_requests: 'read' },
  pull_request_review: { pull_requests: 'read' },
  issue_comment: { issues: 'read' },
  issues: { issues: 'read' },
  check_run: { checks: 'read' },
  check_suite: { checks: 'read' },
  status: { statuses: 'read' },
  merge_group: { merge_queues: 'read' },
  repository: { metadata: 'read' },
}

/** What each App that listens is sent of a change. */
export async function payloadsOf(world: World, event: WorldEvent, root: string): Promise<readonly Payload[]> {
  if (event.event === 'installation' || event.event === 'installation_repositories')
    return [ofInstallation(world, event, root)]
  const told = [...world.installations.values()].filter((one) => isTold(world, one, event))
  if (told.length === 0) return []
  const body = await eventBody(world, event, root)
  return told.map(({ id, appId }) => {
    const own = { ...body, installation: { id, node_id: `I_${id}` } }
    return { appId, installationId: id, repositoryId: event.repository.id, event: event.event, body: own }
  })
}

function isTold(world: World, installation: Installation, event: RepositoryEvent): boolean {
  const app = world.apps.get(installation.appId)
  if (app === undefined || app.webhookUrl === undefined) return false
  if (installation.suspendedAt !== undefined || !app.events.includes(event.event)) return false
  if (!covers(world, installation, event.repository.id)) return false
  // The buttons of a check run are for the App that made it.
  const button = event.event === 'check_run' && (event.action === 'rerequested' || event.action === 'requested_action')
  if (button && event.run.appId !== app.id) return false
  if (event.event === 'check_suite' && event.action !== 'completed' && event.suite.appId !== app.id) return false
  // A comment on a pull request is told for either of the two.
  const enough = NEEDS[event.event] ?? {}
  const alternative = event.event === 'issue_comment' ? { pull_requests: 'read' as const } : enough
  return satisfies(installation.permissions, enough) || satisfies(installation.permissions, alternative)
}

/** Sent to the App itself, subscribed or not. */
function ofInstallation(
  world: World,
  event: Extract<WorldEvent, { event: 'installation' | 'installation_repositories' }>,
  root: string,
): Payload {
  const { app, installation, action } = event
  const covered = [...world.repositories.values()].filter((one) => covers(world, installation, one.id))
  const brief = (all: typeof covered) => all.map((one) => shortRepository(repositoryForm(world, one, root)))
  const lists =
    event.event === 'installation'
      ? { repositories: brief(covered), requester: null }
      : {
          repository_selection: installation.repositories === 'all' ? 'all' : 'selected',
          repositories_added: action === 'added' ? brief([...event.repositories]) : [],
          repositories_removed: action === 'removed' ? brief([...event.repositories]) : [],
          requester: null,
        }
  const form = { ...installationForm(world, installation, root), app_slug: appForm(world, app, root)['slug'] }
  const body = { action, installation: form, ...lists, sender: accountForm(event.sender, root) }
  return { appId: app.id, installationId: installation.id, repositoryId: null, event: event.event, body }
}

function shortRepository(form: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { id, node_id, name, full_name } = form
  return { id, node_id, name, full_name, private: form['private'] }
}

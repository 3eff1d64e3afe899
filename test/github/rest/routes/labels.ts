import type { Answer, Route } from '../../exchange.ts'
import { type Args, maybeText, objects, text, texts } from '../../graphql/args.ts'
import { createLabel, findLabel, setLabel } from '../../world/threads.ts'
import {
  type Asked,
  actorOf,
  created,
  invalid,
  notFound,
  ok,
  READ_ISSUES,
  reads,
  WRITE_ISSUES,
  writes,
} from '../answering.ts'
import { labelForm, labelsOf } from '../forms/threads.ts'
import { paged } from '../paging.ts'
import { threadOf } from './issues.ts'

/** Labels are given as names, or as objects with a name. */
export function labelNames(body: Args): string[] {
  return [...texts(body, 'labels'), ...objects(body, 'labels').map((label) => text(label, 'name'))]
}

function listLabels(asked: Asked): Promise<Answer> {
  return paged(asked, [...asked.repo.labels.values()], (label) => labelForm(asked, label))
}

function getLabel(asked: Asked): Answer {
  const label = findLabel(asked.repo, asked.params['name'] ?? '')
  if (!label) throw notFound()
  return ok(labelForm(asked, label))
}

async function newLabel(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  const name = text(body, 'name')
  if (findLabel(repo, name)) throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' })
  return created(
    labelForm(asked, createLabel(world, repo, name, maybeText(body, 'color'), maybeText(body, 'description'))),
  )
}

/** A label that is not there yet is made. */
async function addLabels(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  const thread = threadOf(asked, 'write')
  for (const name of labelNames(body)) {
    setLabel(world, repo, actorOf(asked), thread, findLabel(repo, name) ?? createLabel(world, repo, name), true)
  }
  return ok(labelsOf(asked, thread))
}

async function removeLabel(asked: Asked): Promise<Answer> {
  const { world, repo, params } = asked
  const thread = threadOf(asked, 'write')
  const label = findLabel(repo, params['name'] ?? '')
  if (!label || !thread.labels.has(label.name)) throw notFound()
  setLabel(world, repo, actorOf(asked), thread, label, false)
  return ok(labelsOf(asked, thread))
}

export const labelRoutes: readonly Route[] = [
  reads('/labels', READ_ISSUES, listLabels),
  writes('POST', '/labels', WRITE_ISSUES, newLabel),
  reads('/labels/{name}', READ_ISSUES, getLabel),
  reads('/issues/{issue_number}/labels', READ_ISSUES, (asked) => ok(labelsOf(asked, threadOf(asked, 'read')))),
  writes('POST', '/issues/{issue_number}/labels', WRITE_ISSUES, addLabels),
  writes('DELETE', '/issues/{issue_number}/labels/{name}', WRITE_ISSUES, removeLabel),
]

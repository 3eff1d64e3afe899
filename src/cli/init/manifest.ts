import { readFileSync } from 'node:fs'
import { isMap, isScalar, parseDocument } from 'yaml'
import type { JsonObject } from '../../domain/index.ts'
import type { InitRequest } from './request.ts'

export type AskedPermission = { readonly name: string; readonly access: string; readonly for: string }

export type AppFile = {
  readonly permissions: readonly AskedPermission[]
  readonly events: readonly string[]
  readonly description: string
  readonly url: string
}

/** Reads `app.yml` of this package: what the App asks for, and the sentence above each line that says why. */
export function readAppFile(): AppFile {
  const document = parseDocument(readFileSync(new URL('../../../app.yml', import.meta.url), 'utf8'))
  const asked = document.get('default_permissions')
  const events = document.get('default_events')
  if (!isMap(asked)) throw new Error('app.yml has no default_permissions')
  const permissions = asked.items.map(({ key, value }, at) => {
    const above = isScalar(key) ? (key.commentBefore ?? (at === 0 ? asked.commentBefore : undefined)) : undefined
    return { name: String(key), access: String(value), for: (above ?? '').trim() }
  })
  // The list is one of ours, and a test reads it too.
  const names = (events as { toJSON(): readonly string[] }).toJSON()
  const text = (name: string): string => String(document.get(name))
  return { permissions, events: names, description: text('description'), url: text('url') }
}

/** Where the form is posted to. */
export function createAddress({ github, organization }: InitRequest, state: string): string {
  const owner = organization === undefined ? '' : `/organizations/${organization}`
  return `${github.web}${owner}/settings/apps/new?state=${state}`
}

/** The App as GitHub is asked to make it: private, and without webhooks where nobody said where they should go. */
export function appManifest(request: InitRequest, file: AppFile, redirectUrl: string): JsonObject {
  const { webhookUrl } = request
  return {
    name: request.name,
    url: file.url,
    description: file.description,
    public: false,
    redirect_url: redirectUrl,
    default_permissions: Object.fromEntries(file.permissions.map(({ name, access }) => [name, access])),
    default_events: [...file.events],
    hook_attributes: { url: webhookUrl ?? `${request.github.web}/`, active: webhookUrl !== undefined },
  }
}

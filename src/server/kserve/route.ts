import type { ServedModel } from './model.ts'
import { type Answer, refusal } from './refusal.ts'

/** Under this name the third seed calls every model; which one is meant is told by how wide the rows are. */
const ALIAS = 'model'

/** What a request asks for, by its first line alone. */
export type Route =
  | { readonly asks: 'list' }
  | { readonly asks: 'model'; readonly named: readonly ServedModel[]; readonly name: string }
  | { readonly asks: 'predict'; readonly named: readonly ServedModel[] }

export function routeOf(models: readonly ServedModel[], method = '', url = ''): Route | Answer {
  const path = url.split('?', 1)[0] ?? ''
  if (path === '/v1/models') return method === 'GET' ? { asks: 'list' } : wrongMethod('GET')
  const [, name, verb] = /^\/v1\/models\/([\w.-]{1,63})(:predict)?$/.exec(path) ?? []
  if (name === undefined) return refusal('NOT_FOUND', 'no such thing', 'GET /v1/models lists the models')
  const wanted = verb === undefined ? 'GET' : 'POST'
  if (method !== wanted) return wrongMethod(wanted)
  const named = name === ALIAS ? models : models.filter((model) => model.name === name)
  if (named.length === 0) return refusal('MODEL_NOT_FOUND', 'there is no such model', 'GET /v1/models lists the models')
  return verb === undefined ? { asks: 'model', named, name } : { asks: 'predict', named }
}

function wrongMethod(wanted: string): Answer {
  return refusal('METHOD_NOT_ALLOWED', `${wanted} only`)
}

/** The one model that takes rows of this width; the refusal names what is missing or too much. */
export function modelFor(named: readonly ServedModel[], width: number): ServedModel | Answer {
  const found = named.find(({ features }) => features.length === width)
  if (found !== undefined) return found
  const [only, another] = named
  if (only !== undefined && another === undefined) return wrongWidth(only, width)
  const takes = named.map(({ name, features }) => `${name} takes ${features.length}`).join(', ')
  return refusal('INVALID_REQUEST', `a row has ${width} values; ${takes}`)
}

function wrongWidth({ name, features }: ServedModel, width: number): Answer {
  const missing = features.slice(width)
  const what =
    missing.length > 0
      ? `missing: ${missing.join(', ')}, counted from the end, since values have no names`
      : `${width - features.length} too many`
  return refusal(
    'INVALID_REQUEST',
    `a row has ${width} values, and ${name} takes ${features.length}; ${what}`,
    `in this order: ${features.join(', ')}`,
  )
}

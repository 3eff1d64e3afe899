import { stringify } from 'yaml'
import { isJsonObject, type JsonValue } from '../../../../domain/index.ts'
import { readYaml } from '../../../yaml/index.ts'
import { fail } from '../failure.ts'
import { type GoMap, type GoValue, isGoList, isGoMap, sortedEntries } from '../value.ts'
import { at, bounded, type GoFunction, textAt } from './arguments.ts'

/** As JSON has it, with the keys in order, as Go writes them. */
export function jsonOf(value: GoValue): JsonValue {
  if (typeof value === 'bigint') return Number(value)
  if (isGoList(value)) return value.map(jsonOf)
  if (isGoMap(value))
    return Object.fromEntries(sortedEntries(value).map(([key, one]): [string, JsonValue] => [key, jsonOf(one)]))
  return value
}

/** Go hides these from browsers in JSON. */
function escapedForHtml(json: string): string {
  return json.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
}

function yamlText(value: GoValue): string {
  const text = stringify(jsonOf(value), {
    indentSeq: false,
    lineWidth: 0,
    version: '1.1',
    aliasDuplicateObjects: false,
  })
  return bounded(text.replace(/\n$/, ''))
}

function readText(text: string): JsonValue {
  const read = readYaml(new TextEncoder().encode(text), 'a text', 'settings')
  return read.read ? (read.documents[0]?.value ?? null) : fail(`fromYaml: ${read.message.slice(0, 200)}`)
}

function parsedMap(text: string): GoMap {
  const value = readText(text)
  if (value === null) return {}
  return isJsonObject(value) ? value : fail('fromYaml reads what is no map')
}

function parsedList(text: string): GoValue {
  const value = readText(text)
  return Array.isArray(value) ? value : fail('fromYamlArray reads what is no list')
}

function parsedJson(text: string): GoValue {
  try {
    JSON.parse(text)
  } catch {
    return fail('fromJson reads what is no JSON')
  }
  return readText(text)
}

export const encoding: Readonly<Record<string, GoFunction>> = {
  toYaml: (given) => yamlText(at(given, 0)),
  fromYaml: (given) => parsedMap(textAt(given, 0)),
  fromYamlArray: (given) => parsedList(textAt(given, 0)),
  toJson: (given) => bounded(escapedForHtml(JSON.stringify(jsonOf(at(given, 0))))),
  toRawJson: (given) => bounded(JSON.stringify(jsonOf(at(given, 0)))),
  toPrettyJson: (given) => bounded(escapedForHtml(JSON.stringify(jsonOf(at(given, 0)), null, 2))),
  fromJson: (given) => parsedJson(textAt(given, 0)),
}

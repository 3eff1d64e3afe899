import type { StopSource } from './stop.ts'
import { unreadable } from './stop.ts'

/** Texts of a ConfigMap; undefined where there is none. Throws what a cluster does to us. */
export type ReadConfigMap = (namespace: string, name: string) => Promise<Readonly<Record<string, string>> | undefined>

const KEY = 'paused'

/**
 * The key `paused` of a ConfigMap: `"false"` lets the bot go on, `"true"` stops it. One that is absent or says something else cannot be read,
 * so that a misspelt name is found before it is needed.
 */
export function configMapStop(place: string, read: ReadConfigMap | undefined): StopSource {
  return async () => {
    const [namespace = '', name = ''] = place.split('/')
    if (read === undefined) return unreadable('no cluster is asked here')
    const data = await read(namespace, name)
    if (data === undefined) return unreadable('there is no such ConfigMap')
    const said = Object.hasOwn(data, KEY) ? data[KEY] : undefined
    if (said?.trim() === 'false') return { stops: false }
    if (said?.trim() === 'true') return { stops: true }
    return unreadable(`its key ${KEY} is neither "true" nor "false"`)
  }
}

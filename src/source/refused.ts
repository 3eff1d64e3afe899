import type { JsonPath, Reason } from '../domain/index.ts'
import type { Passage } from './world.ts'

/** Something that this room does not do, by name. The doors turn it into the shape of their own answer. */
export type Refused = {
  readonly refused: true
  readonly reason: Reason
  readonly message: string
  /** The line that sets the field now, where what is refused is its edit. */
  readonly writer?: Passage
}

export function refuse(reason: Reason, message: string): Refused {
  return { refused: true, reason, message }
}

/** What sets the field now, beside a place where an edit would go or a refusal of the edit. */
export function writtenAt<What extends { readonly writer?: Passage }>(writer: Passage, what: What): What {
  return what.writer === undefined ? { ...what, writer } : what
}

export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value && value.refused === true
}

/** A value that an Application itself sets: `path` leads to it in the manifest, `inner` on within a text of values. */
export type Setting = { readonly path: JsonPath; readonly inner?: JsonPath; readonly value: string }

/** The value is set by the Application itself, and that stands in no file as it is: whoever made it has to be looked at. */
export type Pending = Refused & { readonly setting: Setting }

export function isPending(value: unknown): value is Pending {
  return isRefused(value) && 'setting' in value
}

import type { Outcome, Refusal } from '../../src/adapters/github/api.ts'

export const OK: Outcome<null> = { ok: true, value: null }

export function good<Value>(value: Value): Outcome<Value> {
  return { ok: true, value }
}

export function refused(kind: Refusal['kind'], status: number, text: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { kind, status, text } }
}

/** Length in characters, as GitHub counts: a character outside the first plane is one. */
function length(text: string): number {
  return [...text].length
}

/** Refusal of texts that are too long, in GitHub's words. */
export function tooLong(texts: { readonly title?: string; readonly body?: string }): Refusal | undefined {
  if (texts.title !== undefined && length(texts.title) > 256) {
    return { kind: 'invalid', status: 422, text: 'title is too long (maximum is 256 characters)' }
  }
  if (texts.body !== undefined && texts.body.length > 65_536 && length(texts.body) > 65_536) {
    return { kind: 'invalid', status: 422, text: 'Body is too long (maximum is 65536 characters)' }
  }
  return undefined
}

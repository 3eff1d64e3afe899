import type { Reason, RenderOutcome } from '../../domain/index.ts'

export type Refused = Extract<RenderOutcome, { readonly rendered: false }>

export function refuse(reason: Reason, message: string): Refused {
  return { rendered: false, reason, message }
}

/** Foreign text for a message: one line, printable, cut to 300 characters. */
export function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return plain.length > 300 ? `${plain.slice(0, 300)}...` : plain
}

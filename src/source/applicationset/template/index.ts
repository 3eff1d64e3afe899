import { runTemplate } from './evaluate.ts'
import { TemplateFailure } from './failure.ts'
import { parseTemplate } from './parser.ts'
import type { GoMap } from './value.ts'

export { TemplateFailure } from './failure.ts'
export { sanitizeName } from './functions/texts.ts'
export { type GoMap, type GoValue, goText, isGoMap } from './value.ts'

const LENGTH = 256 * 1024

/** How an ApplicationSet fills in its texts. */
export type TemplateOptions = { readonly goTemplate: boolean; readonly missingIsError: boolean }

/** Fills in a text: by Go templates, or by `{{ name }}` alone, where a name that is not known stays as it is. Throws TemplateFailure. */
export function fillIn(text: string, parameters: GoMap, options: TemplateOptions): string {
  if (!text.includes('{{')) return text
  if (text.length > LENGTH) throw new TemplateFailure(`a template is longer than ${LENGTH} characters`)
  return options.goTemplate
    ? runTemplate(parseTemplate(text), parameters, { missingIsError: options.missingIsError })
    : fillInNames(text, parameters)
}

function fillInNames(text: string, parameters: GoMap): string {
  let filled = ''
  let at = 0
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open < 0) return filled + text.slice(at)
    const close = text.indexOf('}}', open + 2)
    if (close < 0) return filled + text.slice(at)
    const tag = text.slice(open + 2, close)
    const value = Object.hasOwn(parameters, tag.trim()) ? parameters[tag.trim()] : undefined
    filled += text.slice(at, open) + (typeof value === 'string' && tag.trim() !== '' ? value : `{{${tag}}}`)
    at = close + 2
  }
}

import type { JsonPath } from '../../domain/index.ts'

/** What a placeholder names: a parameter, as it is or, where `whole`, written out as YAML. */
export type Named = { readonly parameter: string; readonly whole: boolean }

const PLACEHOLDER = /\{\{[^{}]*\}\}/g
const CONTROL = /^(\s*)(\{\{-?\s*(?:if|else|end|range|with|\/\*)[^{}]*\}\})(\s*)$/

/** `.a.b`, alone or through functions that do not change what it says. */
const GO =
  /^\{\{-?\s*(toYaml\s+|toJson\s+)?\$?\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)((?:\s*\|\s*(?:toYaml|toJson|quote|squote|toString|int|int64|indent \d+|nindent \d+))*)\s*-?\}\}$/
const PLAIN = /^\{\{\s*([^{}\s][^{}]*?)\s*\}\}$/

export function holdsPlaceholder(text: string): boolean {
  return text.includes('{{')
}

/** The parameter that a text is, when it is exactly one placeholder that names one. */
export function namedParameter(text: string, goTemplate: boolean): Named | undefined {
  const trimmed = text.trim()
  if (!goTemplate) {
    const name = PLAIN.exec(trimmed)?.[1]
    return name === undefined ? undefined : { parameter: name, whole: false }
  }
  const match = GO.exec(trimmed)
  const parameter = match?.[2]
  if (parameter === undefined) return undefined
  return { parameter, whole: match?.[1] !== undefined || /toYaml|toJson/.test(match?.[3] ?? '') }
}

/** The template as YAML of the same length: placeholders are words, lines that only control are comments. */
export function masked(template: string): string {
  return template
    .split('\n')
    .map((line) => {
      const control = CONTROL.exec(line)
      if (control !== null) return `${control[1]}#${'x'.repeat((control[2]?.length ?? 1) - 1)}${control[3]}`
      return line.replace(PLACEHOLDER, (found) => `T${'x'.repeat(found.length - 1)}`)
    })
    .join('\n')
}

/** The flat name of a parameter as a path: whole numbers are positions in lists. */
export function pathOf(parameter: string): JsonPath {
  return parameter.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step))
}

import { type FilePosition, formatPath, type JsonPath } from '../../domain/index.ts'

/** Something wrong in what a person wrote. Lines and columns count from 1; `path` names the value, `''` for the document itself. */
export type Problem = FilePosition & {
  readonly path: string
  /** One sentence without a full stop, so that a suggestion can follow. */
  readonly message: string
  /** The known word that was probably meant. */
  readonly didYouMean?: string
}

export type Place = { readonly line: number; readonly column: number }

/** Where problems of one document are gathered while it is read. */
export type Context = { readonly file: string; readonly path: JsonPath; readonly problems: Problem[] }

export function within(context: Context, step: string | number): Context {
  return { ...context, path: [...context.path, step] }
}

export function report(context: Context, at: Place, message: string, didYouMean?: string): void {
  const { file, path, problems } = context
  const where = { file, line: at.line, column: at.column, path: formatPath(path) }
  problems.push(didYouMean === undefined ? { ...where, message } : { ...where, message, didYouMean })
}

/** `policies/cart.yaml:7:3: unknown key "confidenceTreshold"; did you mean "confidenceThreshold"?` */
export function formatProblem(problem: Problem): string {
  const hint = problem.didYouMean === undefined ? '' : `; did you mean ${quoted(problem.didYouMean)}?`
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}${hint}`
}

const QUOTE_LENGTH = 60

/** Foreign text in a message: on one line, without control characters, cut to 60 characters. */
export function quoted(text: string): string {
  const shown = text.length > QUOTE_LENGTH ? `${text.slice(0, QUOTE_LENGTH)}...` : text
  return JSON.stringify(shown).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '?')
}

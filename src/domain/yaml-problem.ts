/** Mistakes whose words quote what stands in the file, said without it. By the codes of the parser `yaml`. */
const SAID: ReadonlyMap<string, string> = new Map([
  ['BAD_ALIAS', 'an alias names no anchor before it'],
  ['BAD_COLLECTION_TYPE', 'a tag says another kind of value than there is'],
  ['BAD_DIRECTIVE', 'a directive is not known'],
  ['BAD_DQ_ESCAPE', 'a double-quoted text has an escape sequence that YAML does not know'],
  ['TAG_RESOLVE_FAILED', 'a tag is not known'],
])

/**
 * What is wrong with a YAML file, on one line and without a word of the file: passwords begin with `*`, `!` and `|` too, and what a file could
 * not be read for is shown to everybody who may read the note. The place is said beside it.
 */
export function yamlProblem(code: string, message: string): string {
  const [first = ''] = message.split('\n', 1)
  const said = SAID.get(code)
  if (said !== undefined) return said
  return code === 'UNEXPECTED_TOKEN' ? (first.split(/: |"/, 1)[0] ?? '') : first
}

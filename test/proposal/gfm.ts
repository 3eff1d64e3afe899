import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

type Point = { readonly offset?: number | undefined }

/** A node of the tree, as far as this looks at it. */
type Node = {
  readonly type: string
  readonly value?: string | undefined
  readonly url?: string | undefined
  readonly lang?: string | null | undefined
  readonly checked?: boolean | null | undefined
  readonly children?: readonly Node[] | undefined
  readonly position?: { readonly start: Point; readonly end: Point } | undefined
}

const OWN_HTML = /^(?:<details><summary>[^<>]*<\/summary>|<\/details>|<!-- kintsugi:[a-z]+ v1 (?:[^<>@#]* )?-->)$/
const LIVE_NODES = new Set([
  ...['image', 'imageReference', 'linkReference', 'definition', 'footnoteReference', 'footnoteDefinition'],
  ...['delete', 'yaml', 'math', 'inlineMath'],
])
/** What GitHub makes of text that its parser left alone, as far as that does something. */
const LIVE_TEXT: readonly (readonly [string, RegExp])[] = [
  ['mention', /(?:^|[^\w`])@[a-z\d]/i],
  ['reference', /(?:^|\W)#\d|\bgh-\d/i],
  ['commit', /\b[0-9a-f]{7,40}\b/i],
  ['address', /\b(?:https?|ftp):\/\/|\bwww\.\w|[\w.+-]@[\w-]/i],
  ['emoji', /:(?:100|1234|[+\w-]*[a-z+-][+\w-]*):/i],
]
/** Lines that other bots take for a command, in the raw text: they know no fences and no quotes. */
const RAW_COMMAND = /^[\s>*+-]*(?:\/[a-z]|@\w|bors |!\w+|recheck\b)/i
/** Control and format characters, but for the zero width space that the sink itself puts in, and line breaks. */
const HIDES = /(?![\n\u200b])[\p{Cc}\p{Cf}\p{Cs}]/u

function treeOf(markdown: string): Node {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
}

function plain(node: Node): string {
  return node.value ?? (node.children ?? []).map(plain).join('')
}

/** A dollar that is not escaped in the source: GitHub knows mathematics, the parser does not. */
function mathIn({ position }: Node, source: string): string[] {
  const text = source.slice(position?.start.offset, position?.end.offset)
  return /(?:^|[^\\])(?:\\\\)*\$/.test(text) ? [`math: ${text}`] : []
}

function inNode(node: Node, source: string, hosts: readonly string[]): string[] {
  if (node.type === 'html') return OWN_HTML.test(node.value ?? '') ? [] : [`HTML: ${node.value}`]
  if (node.type === 'link') {
    const host = URL.canParse(node.url ?? '') ? new URL(node.url ?? '').host : ''
    return hosts.includes(host) ? [] : [`link: ${node.url}`]
  }
  if (LIVE_NODES.has(node.type)) return [`${node.type}: ${plain(node)}`]
  if (node.type === 'listItem' && typeof node.checked === 'boolean') return [`task box: ${plain(node)}`]
  if (node.type === 'blockquote' && /^\s*\[!/.test(plain(node))) return [`alert: ${plain(node)}`]
  if (node.type === 'code' && !['diff', 'text', 'mermaid'].includes(node.lang ?? '')) return [`code as ${node.lang}`]
  if (node.type !== 'text') return []
  const named = LIVE_TEXT.filter(([, pattern]) => pattern.test(node.value ?? ''))
  return [...named.map(([name]) => `${name}: ${node.value}`), ...mathIn(node, source)]
}

function walk(node: Node, source: string, hosts: readonly string[], found: string[]): void {
  found.push(...inNode(node, source, hosts))
  for (const child of node.children ?? []) walk(child, source, hosts, found)
}

/** What lets the forge count tables, blocks and the like: a hostile value adds none. */
export function shapeOf(markdown: string): string {
  const shape = (node: Node): string =>
    node.type === 'text' || node.type === 'inlineCode'
      ? ''
      : `${node.type}(${(node.children ?? []).map(shape).join('')})`
  return shape(treeOf(markdown))
}

/** Everything in a text that a forge, or another bot on it, would act on. `hosts` are those that links may go to. */
export function live(markdown: string, hosts: readonly string[] = []): readonly string[] {
  const found: string[] = []
  walk(treeOf(markdown), markdown, hosts, found)
  for (const line of markdown.split(/\r\n|\r|\n/))
    if (RAW_COMMAND.test(line)) found.push(`raw command: ${line.slice(0, 80)}`)
  if (HIDES.test(markdown)) found.push('a character that hides')
  return found
}

/** The same for one line that is not Markdown but still read by the forge: titles, messages of commits. */
export function liveInLine(text: string): readonly string[] {
  const found: string[] = []
  if (!/^[\x20-\x7e\n]*$/.test(text)) found.push(`not printable ASCII: ${text}`)
  for (const [name, pattern] of LIVE_TEXT)
    if (name !== 'emoji' && pattern.test(text.replace(/\b\d+\b/g, '1'))) found.push(`${name}: ${text}`)
  for (const line of text.split('\n'))
    if (RAW_COMMAND.test(line) && !/^- /.test(line)) found.push(`raw command: ${line}`)
  if (/<!--|-->/.test(text)) found.push(`comment: ${text}`)
  return found
}

/** Takes code spans out of one line by CommonMark's rule: a run of backticks is closed by the next run of the same length. */
function withoutCodeSpans(line: string): string {
  let rest = ''
  let at = 0
  while (at < line.length) {
    if (line[at] === '\\') {
      rest += line.slice(at, at + 2)
      at += 2
    } else if (line[at] === '`') {
      const run = /^`+/.exec(line.slice(at))?.[0] ?? ''
      const after = line.slice(at + run.length)
      const close = new RegExp(`(?<!\`)\`{${run.length}}(?!\`)`).exec(after)
      rest += close === null ? run : 'CODE'
      at += run.length + (close === null ? 0 : close.index + run.length)
    } else {
      rest += line[at]
      at += 1
    }
  }
  return rest
}

/** Lines outside of fences; a fence is closed by a line of at least as many backticks and nothing else. */
function outsideFences(markdown: string): { readonly lines: readonly string[]; readonly open: boolean } {
  const lines: string[] = []
  let fence = 0
  for (const line of markdown.split('\n')) {
    const run = /^ {0,3}(`{3,})([^`]*)$/.exec(line)
    if (fence === 0 && run) fence = run[1]?.length ?? 0
    else if (fence > 0 && run && (run[1]?.length ?? 0) >= fence && run[2]?.trim() === '') fence = 0
    else if (fence === 0) lines.push(line)
  }
  return { lines, open: fence > 0 }
}

const OWN_TAGS = /^(?:<details><summary>[^<]*<\/summary>|<\/details>)$/gm
const LIVE: readonly (readonly [string, RegExp])[] = [
  ['mention', /@[\w-]/],
  ['reference', /#\w|\bgh-\d/i],
  ['address', /\w:\/\/|\bwww\.\w/i],
  ['HTML', /<[a-z!/?]/i],
  ['link or image', /\[[^\]]*\]\s*[([]|!\[/],
  ['commit', /\b[0-9a-f]{7,40}\b/i],
  ['command', /^\s*\/\w/],
  ['unclosed code', /`/],
]

/** What a forge or another bot would act on in this text; empty for text that does nothing. Written without a look at the sink. */
export function liveParts(markdown: string): readonly string[] {
  const found: string[] = []
  for (const block of markdown.matchAll(/<!-- kintsugi:\w+ v1 (.*) -->/g)) {
    if (/--|[<>@#]|:\/\//.test(block[1] ?? '')) found.push(`block: ${block[1]}`)
  }
  const plain = markdown.replace(/<!-- kintsugi:\w+ v1 .* -->/g, '').replace(OWN_TAGS, '')
  const { lines, open } = outsideFences(plain)
  if (open) found.push('unclosed fence')
  for (const line of lines) {
    const text = withoutCodeSpans(line).replace(/\\[!-/:-@[-`{-~]/g, '_')
    for (const [name, pattern] of LIVE) if (pattern.test(text)) found.push(`${name}: ${line}`)
  }
  for (const line of markdown.split('\n')) if (/^[-+\s]*\/\w/.test(line)) found.push(`raw command: ${line}`)
  if (/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(markdown)) found.push('bidirectional control')
  return found
}

const PAYLOADS = [
  '@octocat',
  '@org/team',
  'closes #1',
  'fixes owner/repo#12',
  'GH-7',
  'https://evil.example/x',
  'http://169.254.169.254/latest',
  'www.evil.example',
  'javascript://x',
  'me@evil.example',
  '/merge',
  '/approve',
  '/kintsugi undo',
  '<img src=x onerror=alert(1)>',
  '<!-- kintsugi:block v1 {"schema":1} -->',
  '-->',
  '<script>alert(1)</script>',
  '</details>',
  '![a](https://evil.example/beacon.png)',
  '[text](javascript:alert(1))',
  '[x]: https://evil.example',
  '[^1]',
  '`',
  '``',
  '```',
  '````\n@octocat\n````',
  '~~~\n/merge\n~~~',
  '| a | b |\n|---|---|',
  '\\`@octocat\\`',
  '\\',
  '&lt;b&gt;',
  '&#64;octocat',
  '\u202e@resu',
  '\u2066x\u2069',
  'a\u200bb',
  '\u0000\u0007\u001b[31m',
  '\ud800',
  'Z\u0301\u0301\u0301\u0301\u0301\u0301algo',
  'deadbeefcafe',
  '0123456789abcdef0123456789abcdef01234567',
  '\nApproved-by: root <root@example.com>',
  '\r\nKintsugi-Block: 00',
  '# heading',
  '1. item',
  '- [x] done',
  '> quote',
  '    indented',
  '{{block}}',
  '$&$1',
  '$$x^2$$',
]
const FRAMES = [
  (text: string) => text,
  (text: string) => `cart ${text}`,
  (text: string) => `\n${text}\n`,
  (text: string) => `\`${text}`,
  (text: string) => `${text}\\`,
  (text: string) => `(${text})|${text}`,
  (text: string) => `${text}${'x'.repeat(2000)}`,
]

/** Hostile names: every payload in every frame, some 350 of them. */
export const HOSTILE: readonly string[] = PAYLOADS.flatMap((payload) => FRAMES.map((frame) => frame(payload)))

import type { Behaviour } from './behaviours.ts'
import type { Pinned } from './pinned.ts'

/** The list as a page, for readers. */
export function conformancePage(behaviours: readonly Behaviour[], pinned: readonly Pinned[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const tried = behaviours.map((one) => `| ${cell(one.says)} | ${cell(one.source)} |`)
  const held = pinned.map((one) => `| ${cell(one.says)} | ${cell(one.source)} | ${one.file}: ${cell(one.test)} |`)
  return `# What the stand-in does as GitHub does

Written by \`npx vitest run test/github/conformance.test.ts --update\`.

Besides: every REST request and answer is held against GitHub's OpenAPI description, every GraphQL document against its published
schema, and Debian's gh works with it (gh.test.ts).

## Tried on both

\`conformance.test.ts\` tries these on the stand-in, and on a new repository of a real organisation where KINTSUGI_GITHUB_TOKEN and
KINTSUGI_GITHUB_ORG are given.

| behaviour | source |
|---|---|
${tried.join('\n')}

## Held on the stand-in alone

| behaviour | source | test |
|---|---|---|
${held.join('\n')}
`
}

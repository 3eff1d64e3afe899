import { describe, expect, it } from 'vitest'
import { inputTooLarge, tooLarge } from './sizes.ts'

const PULLS = 'POST /repos/{owner}/{repo}/pulls'
const COMMENTS = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments'
const CHECKS = 'POST /repos/{owner}/{repo}/check-runs'
const text = (length: number) => 'x'.repeat(length)

describe('sizes', () => {
  it('let pass what is just small enough', () => {
    expect(tooLarge(PULLS, { title: text(256), body: text(65_536) })).toBeUndefined()
    expect(tooLarge(COMMENTS, { body: text(65_536) })).toBeUndefined()
    const annotations = Array.from({ length: 50 }, () => ({}))
    const output = { summary: text(65_535), text: text(65_535), annotations }
    expect(tooLarge(CHECKS, { name: text(255), output })).toBeUndefined()
  })

  it("refuse one more, in GitHub's words", () => {
    const said = (operation: string, body: object) => JSON.stringify(tooLarge(operation, body)?.body)
    expect(said(PULLS, { title: text(257) })).toContain('title is too long (maximum is 256 characters)')
    expect(said(PULLS, { body: text(65_537) })).toContain('body is too long (maximum is 65536 characters)')
    expect(said(COMMENTS, { body: text(65_537) })).toContain('Body is too long (maximum is 65536 characters)')
    expect(said(CHECKS, { output: { summary: text(65_536) } })).toContain(
      'Only 65535 characters are allowed; 65536 were supplied.',
    )
    expect(said(CHECKS, { name: text(256) })).toContain('Only 255 characters are allowed; 256 were supplied.')
    expect(said(CHECKS, { output: { annotations: Array.from({ length: 51 }, () => ({})) } })).toContain(
      'No more than 50 items are allowed; 51 were supplied.',
    )
  })

  it('count characters of bodies, not bytes, and bytes of summaries too', () => {
    expect(tooLarge(COMMENTS, { body: '🍒'.repeat(65_536) })).toBeUndefined()
    const summary = 'é'.repeat(40_000)
    expect(JSON.stringify(tooLarge(CHECKS, { output: { summary } })?.body)).toContain(
      'summary exceeds a maximum bytesize of 65535',
    )
  })

  it('hold for inputs of mutations too', () => {
    expect(inputTooLarge('addComment', { body: text(65_537) })).toBe('Body is too long (maximum is 65536 characters)')
    expect(inputTooLarge('createPullRequest', { title: text(257) })).toContain('maximum is 256')
    expect(inputTooLarge('createCheckRun', { output: { text: text(65_536) } })).toContain('Only 65535')
    expect(inputTooLarge('createPullRequest', { title: 'short', body: 'short' })).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrubber } from '../../../../src/adapters/github/http/scrub.ts'

describe('scrubber', () => {
  it('takes a secret out of any text, raw, URL-encoded, in JSON and in base64 at every offset', () => {
    const secrets = fc
      .string({ minLength: 12, maxLength: 60, unit: 'grapheme-ascii' })
      .filter((one) => !/^(.)\1*$/.test(one))
    fc.assert(
      fc.property(secrets, fc.string({ maxLength: 7 }), fc.string({ maxLength: 7 }), (secret, before, after) => {
        const scrub = scrubber()
        scrub.add(secret)
        expect(scrub.clean(`x ${secret} y`)).not.toContain(secret)
        expect(scrub.clean(encodeURIComponent(secret))).not.toContain(encodeURIComponent(secret))
        const packed = Buffer.from(`${before}${secret}${after}`, 'utf8').toString('base64')
        expect(Buffer.from(scrub.clean(packed), 'base64').toString('utf8')).not.toContain(secret)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['a token of an installation', `ghs_${'a1'.repeat(18)}`],
    ['a fine-grained token', `github_pat_${'A1b2'.repeat(15)}`],
    ['a JSON web token', `eyJhbGciOiJSUzI1NiJ9.${'eyJpc3MiOiI3In0'}aaaa.${'s'.repeat(80)}`],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----'],
    ['half a private key', '-----BEGIN PRIVATE KEY-----\nMIIE'],
  ])('knows the shape of %s', (_, secret) => {
    expect(scrubber().clean(`before ${secret} after`)).not.toContain(secret.slice(-8))
  })

  it('lets go of a secret when it opens nothing any more, and keeps the others', () => {
    const scrub = scrubber()
    const [brief, lasting] = ['secret-of-an-hour', 'secret-for-good']
    scrub.add(brief, 1000)
    scrub.add(lasting)
    scrub.expire(999)
    expect(scrub.clean(`${brief} ${lasting}`)).toBe('[hidden] [hidden]')
    scrub.expire(1000)
    expect(scrub.clean(`${brief} ${lasting}`)).toBe(`${brief} [hidden]`)
  })

  it('leaves other text alone, and is quick on long ones', () => {
    const scrub = scrubber()
    scrub.add('short')
    expect(scrub.clean('a short text')).toBe('a short text')
    const startMs = performance.now()
    scrub.clean('-----BEGIN PRIVATE KEY-----'.repeat(2000))
    scrub.clean(`eyJ${'a'.repeat(200_000)}`)
    expect(performance.now() - startMs).toBeLessThan(2000)
  })
})

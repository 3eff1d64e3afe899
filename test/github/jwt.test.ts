import { createSign, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifyJwt } from './auth/jwt.ts'

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
})
const NOW = 1_800_000_000

function signed(claims: object, header: object = { alg: 'RS256', typ: 'JWT' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(pair.privateKey).toString('base64url')}`
}

const verified = (token: string) =>
  verifyJwt(token, NOW, (issuer) => (issuer === '7' ? { id: 7, publicKeyPem: pair.publicKey } : undefined))

describe('the JWT of an App', () => {
  it('is taken with an issue in the past and an expiry within ten minutes', () => {
    expect(verified(signed({ iss: '7', iat: NOW - 60, exp: NOW + 540 }))).toEqual({ appId: 7 })
    expect(verified(signed({ iss: 7, iat: NOW, exp: NOW + 600 }))).toEqual({ appId: 7 })
  })

  it.each([
    ['an expiry after ten minutes', { iat: NOW, exp: NOW + 601 }, "('exp') is too far in the future"],
    ['an expiry that is over', { iat: NOW - 700, exp: NOW }, "('exp') must be a numeric value"],
    ['no expiry', { iat: NOW }, "('exp') must be a numeric value"],
    ['an issue in the future', { iat: NOW + 60, exp: NOW + 300 }, "('iat') must be an Integer"],
    ['an issue with a fraction', { iat: NOW - 0.5, exp: NOW + 300 }, "('iat') must be an Integer"],
  ])('is refused with %s', (_, claims, says) => {
    const refused = verified(signed({ iss: '7', ...claims }))
    expect(refused).toMatchObject({ status: 401, message: expect.stringContaining(says) })
  })

  it('is refused of an unknown App, with another algorithm, and when one byte differs', () => {
    const claims = { iss: '7', iat: NOW, exp: NOW + 300 }
    expect(verified(signed({ ...claims, iss: '8' }))).toEqual({ status: 404, message: 'Integration not found' })
    expect(verified(signed(claims, { alg: 'none' }))).toMatchObject({ status: 401 })
    const [head, , signature] = signed(claims).split('.')
    const forged = Buffer.from(JSON.stringify({ ...claims, exp: NOW + 599 })).toString('base64url')
    expect(verified(`${head}.${forged}.${signature}`)).toMatchObject({ status: 401 })
    expect(verified('a.b.c')).toMatchObject({ status: 401, message: 'A JSON web token could not be decoded' })
  })
})

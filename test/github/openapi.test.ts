import { describe, expect, it } from 'vitest'
import { describeRest, readExtract } from './openapi.ts'
import { ROUTES } from './routes.ts'

const rest = describeRest()
const CHECK_RUN = { method: 'POST', template: '/repos/{owner}/{repo}/check-runs' } as const
const PARAMS = { owner: 'acme', repo: 'shop' }
const asked = (body: unknown, query = '') => ({ params: PARAMS, query: new URLSearchParams(query), body })

describe("GitHub's description of its REST API", () => {
  it('says where it is from and under which licence', () => {
    expect(readExtract().source).toMatchObject({ package: '@octokit/openapi', version: '23.0.2', licence: 'MIT' })
  })

  it('knows every route of the stand-in, and holds no other', () => {
    expect([...rest.operations()].sort()).toEqual(ROUTES.map((route) => `${route.method} ${route.template}`).sort())
  })

  it('takes a request that GitHub takes', () => {
    const body = { name: 'kintsugi', head_sha: 'a'.repeat(40), status: 'completed', conclusion: 'success' }
    expect(rest.requestProblems(CHECK_RUN, asked(body))).toEqual([])
  })

  it('refuses a field that GitHub would ignore, a wrong value and a missing one', () => {
    const good = { name: 'kintsugi', head_sha: 'a'.repeat(40) }
    expect(rest.requestProblems(CHECK_RUN, asked({ ...good, summery: 'x' })).join()).toContain('summery')
    expect(rest.requestProblems(CHECK_RUN, asked({ ...good, status: 'done' })).join()).toContain('status')
    expect(rest.requestProblems(CHECK_RUN, asked({ name: 'kintsugi' })).join()).toContain('head_sha')
    const nested = { ...good, output: { title: 't', summary: 's', annotation: [] } }
    expect(rest.requestProblems(CHECK_RUN, asked(nested)).join()).toContain('annotation')
  })

  it('refuses a query parameter that GitHub does not know, and one of the wrong type', () => {
    const route = { method: 'GET', template: '/repos/{owner}/{repo}/pulls' } as const
    expect(rest.requestProblems(route, asked(undefined, 'state=open&per_page=100&head=acme:x'))).toEqual([])
    expect(rest.requestProblems(route, asked(undefined, 'perpage=100')).join()).toContain('perpage')
    expect(rest.requestProblems(route, asked(undefined, 'per_page=many')).join()).toContain('per_page')
  })

  it('holds answers against it: a field that is missing or of another type, a status that is not listed', () => {
    const route = { method: 'GET', template: '/repos/{owner}/{repo}/git/ref/{ref}' } as const
    const object = { type: 'commit', sha: 'a'.repeat(40), url: 'http://127.0.0.1/x' }
    const body = { ref: 'refs/heads/main', node_id: 'x', url: 'http://127.0.0.1/x', object }
    expect(rest.answerProblems(route, { status: 200, body })).toEqual([])
    expect(rest.answerProblems(route, { status: 200, body: { ...body, object: undefined } })).not.toEqual([])
    expect(rest.answerProblems(route, { status: 200, body: { ...body, ref: 7 } })).not.toEqual([])
    expect(rest.answerProblems(route, { status: 201, body })).not.toEqual([])
    expect(rest.answerProblems(route, { status: 404, body: { message: 'Not Found' } })).toEqual([])
  })
})

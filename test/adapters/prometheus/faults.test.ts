import { describe, expect, it } from 'vitest'
import { json, matrix, type Reaction } from '../../fakes/prometheus-server.ts'
import { cartMemory, flat, HOUR, healthy, reader, readOne, START, serve } from './reading.ts'

const page = '<!doctype html><title>Log in</title>'
const reactions: Readonly<Record<string, { readonly react: Reaction; readonly problem: RegExp }>> = {
  silence: { react: () => undefined, problem: /^KIN-3002 no complete answer within 300 ms$/ },
  'an answer that never ends': {
    react: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"status":')
    },
    problem: /^KIN-3002 no complete answer within 300 ms$/,
  },
  'a connection that is reset': { react: (_, response) => response.destroy(), problem: /^KIN-3001 ./ },
  'a connection that is reset within the answer': {
    react: (_, response) => {
      response.writeHead(200, { 'content-length': '5000' })
      response.write('{"status":"success"', () => response.destroy())
    },
    problem: /^KIN-3001 ./,
  },
  'status 500': {
    react: (_, response) => json(response, { status: 'error', error: 'disk is gone' }, 500),
    problem: /^KIN-3001 HTTP 500 disk is gone$/,
  },
  'status 502 with a page': {
    react: (_, response) => response.writeHead(502).end(page),
    problem: /^KIN-3001 HTTP 502$/,
  },
  'status 400': {
    react: (_, response) => json(response, { status: 'error', errorType: 'bad_data', error: 'unknown function' }, 400),
    problem: /^KIN-3003 HTTP 400 unknown function$/,
  },
  'status 401': { react: (_, response) => response.writeHead(401).end(), problem: /^KIN-3003 HTTP 401$/ },
  'status 403': { react: (_, response) => response.writeHead(403).end(), problem: /^KIN-3003 HTTP 403$/ },
  'status 404': { react: (_, response) => response.writeHead(404).end(page), problem: /^KIN-3004 HTTP 404$/ },
  'status 204': { react: (_, response) => response.writeHead(204).end(), problem: /^KIN-3004 HTTP 204$/ },
  'status 422': {
    react: (_, response) => json(response, { status: 'error', error: 'too many samples' }, 422),
    problem: /^KIN-3002 HTTP 422 too many samples$/,
  },
  'a login page': {
    react: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    problem: /^KIN-3004 the answer is a web page$/,
  },
  'half a JSON text': {
    react: (_, response) => response.end('{"status":"success","data"'),
    problem: /^KIN-3004 the answer is not JSON$/,
  },
  'nothing at all': { react: (_, response) => response.end(), problem: /^KIN-3004 the answer is not JSON$/ },
  'a hundred thousand brackets': {
    react: (_, response) => response.end('['.repeat(100_000) + ']'.repeat(100_000)),
    problem: /^KIN-3004 ./,
  },
  'another API': {
    react: (_, response) => json(response, { ok: true }),
    problem: /^KIN-3004 the status is not success$/,
  },
  'fields of the prototype': {
    react: (_, response) => response.end('{"__proto__":{"status":"success","data":{}}}'),
    problem: /^KIN-3004 the status is not success$/,
  },
  'a vector': {
    react: (_, response) => json(response, { status: 'success', data: { resultType: 'vector', result: [] } }),
    problem: /^KIN-3004 the result is not a matrix$/,
  },
  'times beside the grid': {
    react: (_, response) => json(response, matrix([{ metric: cartMemory, values: [[START / 1000 + 1, '1']] }])),
    problem: /^KIN-3004 a sample is not at one of the asked times$/,
  },
  'times outside the range': {
    react: (_, response) => json(response, matrix([{ metric: cartMemory, values: [[START / 1000 + 7200, '1']] }])),
    problem: /^KIN-3004 a sample is not at one of the asked times$/,
  },
  'times out of order': {
    react: ({ form }, response) =>
      json(response, matrix([{ ...flat(cartMemory, form), values: flat(cartMemory, form).values.toReversed() }])),
    problem: /^KIN-3004 samples are not in the order of their times$/,
  },
  'a value that is no number': {
    react: ({ form }, response) => json(response, matrix([flat(cartMemory, form, '0x10')])),
    problem: /^KIN-3004 a sample value is not a number$/,
  },
  'an empty value': {
    react: ({ form }, response) => json(response, matrix([flat(cartMemory, form, '')])),
    problem: /^KIN-3004 a sample value is not a number$/,
  },
  'a series without a workload': {
    react: ({ form }, response) => json(response, matrix([flat({ signal: 'memory-working-set' }, form)])),
    problem: /^KIN-3004 a series does not name the signal and the workload/,
  },
  'a workload with a hostile name': {
    react: ({ form }, response) => json(response, matrix([flat({ ...cartMemory, workload: '../../etc' }, form)])),
    problem: /^KIN-3004 a series does not name the signal and the workload/,
  },
  'native histograms instead of values': {
    react: (_, response) =>
      json(response, {
        status: 'success',
        data: { resultType: 'matrix', result: [{ metric: cartMemory, histograms: [[START / 1000, { count: '1' }]] }] },
      }),
    problem: /^KIN-3004 what a series holds is not a list$/,
  },
  'two series for one subject': {
    react: ({ form }, response) =>
      json(response, matrix([flat(cartMemory, form), flat({ ...cartMemory, pod: 'cart-1' }, form)])),
    problem: /^KIN-3004 two series are about the same subject$/,
  },
  'a body above the cap': {
    react: (_, response) => {
      response.writeHead(200)
      const chunk = Buffer.alloc(64 * 1024, ' ')
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, more)
      }
      more()
    },
    problem: /^KIN-3004 the answer is larger than 1000000 bytes$/,
  },
}

describe('an answer that is none', () => {
  it.each(Object.entries(reactions))('is an error that names the fault: %s', async (_, { react, problem }) => {
    const answer = await readOne(react, { timeoutMs: 300, maxBodyBytes: 1_000_000 })
    expect(answer.problem).toMatch(problem)
    expect(answer).toMatchObject({ status: 'error', series: [] })
  })

  it('is an error when nobody listens', async () => {
    const server = await serve(healthy)
    await server.close()
    const [answer] = await reader(server.url).read(['restarts'], HOUR)
    expect(answer).toMatchObject({ status: 'error', problem: expect.stringMatching(/^KIN-3001 .*ECONNREFUSED/) })
  })

  it('follows no redirect', async () => {
    const other = await serve(healthy)
    const answer = await readOne((_, response) =>
      response.writeHead(302, { location: `${other.url}/api/v1/query_range` }).end(),
    )
    expect(answer).toMatchObject({ status: 'error', problem: 'KIN-3004 HTTP 302 redirects are not followed' })
    expect(other.asked).toHaveLength(0)
  })

  it('is one line of bounded length whatever the server says', async () => {
    const answer = await readOne((_, response) => json(response, { error: 'no\n\u001b[31m'.repeat(1000) }, 400))
    expect(answer.problem?.length).toBeLessThan(330)
    expect(answer.problem).not.toMatch(/\p{Cc}/u)
  })

  it('is that of its own request only', async () => {
    const server = await serve((asked, response) =>
      asked.form.get('query')?.includes('cpu_usage') === true
        ? response.writeHead(500).end()
        : json(response, matrix([flat(cartMemory, asked.form)])),
    )
    const answers = await reader(server.url).read(['memory-working-set', 'cpu-usage'], HOUR)
    expect(answers.map(({ status }) => status)).toEqual(['ok', 'error'])
  })
})

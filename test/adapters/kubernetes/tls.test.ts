import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { kubernetesSite } from '../../../src/adapters/kubernetes/index.ts'
import { manualClock } from '../../fakes/manual-clock.ts'

const pem = (name: string): string => readFileSync(resolve(import.meta.dirname, '../../fakes/tls', name), 'utf8')

describe('a cluster behind TLS', () => {
  const heard: (string | undefined)[] = []
  let server: Server
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kintsugi-tls-'))
    server = createServer({ key: pem('server.key'), cert: pem('server.pem') }, (request, response) => {
      heard.push(request.headers.authorization)
      response.end(JSON.stringify({ items: [{ metadata: { name: 'cart' } }], metadata: {} }))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await rm(dir, { recursive: true, force: true })
  })

  async function site(authority: string, token: string) {
    // A server that listens on a port has an address of this form.
    const { port } = server.address() as AddressInfo
    const kubeconfig = join(dir, `${authority}-${token}`)
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [
        {
          name: 'test',
          cluster: {
            server: `https://127.0.0.1:${port}`,
            'certificate-authority-data': Buffer.from(pem(authority)).toString('base64'),
          },
        },
      ],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    }
    await writeFile(kubeconfig, JSON.stringify(config))
    return kubernetesSite({
      cluster: 'prod',
      kubeconfig,
      argocd: { namespaces: ['argocd'], hub: false },
      policyApiVersion: 'aiops.example.com/v1alpha1',
      clock: manualClock(0),
    })
  }

  it('is asked with the token, where its authority is the one of the kubeconfig', async () => {
    const { gitops } = await site('authority.pem', 'a-token')
    expect(await gitops.applications()).toHaveLength(1)
    expect(heard).toEqual(['Bearer a-token'])
  })

  it('gets no token where it is a stranger', async () => {
    heard.length = 0
    const { gitops } = await site('stranger.pem', 'another-token')
    await expect(gitops.applications()).rejects.toMatchObject({ code: 'KIN-6001' })
    expect(heard).toEqual([])
  })
})

describe('a machine without any kubeconfig', () => {
  it('is told to name one', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'kintsugi-no-kubeconfig-'))
    vi.stubEnv('HOME', empty)
    vi.stubEnv('KUBECONFIG', undefined)
    try {
      const { gitops } = kubernetesSite({
        cluster: 'demo',
        argocd: { namespaces: ['argocd'], hub: false },
        policyApiVersion: 'aiops.example.com/v1alpha1',
        clock: manualClock(0),
      })
      await expect(gitops.applications()).rejects.toMatchObject({
        code: 'KIN-2001',
        message: expect.stringContaining('set KUBECONFIG'),
      })
    } finally {
      vi.unstubAllEnvs()
      await rm(empty, { recursive: true, force: true })
    }
  })
})

import type { AccountOptions } from '../../../../src/adapters/github/http/index.ts'
import { githubAccount, pemSigner, type RequestReport } from '../../../../src/adapters/github/http/index.ts'
import { type Scene, scene } from '../../../github/scene.ts'

/** Our client as the App of a scene, with everything that it reports. */
export async function clientOn(
  options: { readonly scene?: Parameters<typeof scene>[0]; readonly account?: Partial<AccountOptions> } = {},
) {
  const at: Scene = await scene(options.scene)
  const app = at.world.apps.get(at.appId)
  if (app === undefined) throw new Error('the scene has no App')
  const requests: RequestReport[] = []
  const account = githubAccount({
    credentials: { kind: 'app', appId: at.appId, signer: pemSigner(app.privateKeyPem) },
    baseUrl: at.url,
    onRequest: (one) => requests.push(one),
    ...options.account,
  })
  const api = await account.repository('acme', 'shop')
  return {
    at,
    api,
    account,
    requests,
    async close() {
      await account.close()
      await at.close()
    },
  }
}

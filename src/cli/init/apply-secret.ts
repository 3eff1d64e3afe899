import type { CoreV1Api } from '@kubernetes/client-node'
import { KintsugiError } from '../../domain/index.ts'
import type { AppCredentials } from './convert.ts'
import { type SecretName, secretManifest } from './secret.ts'

/** The cluster of the admin's own kubeconfig. Nothing of this is in the service: it has no right to write anything there. */
export type SecretHome = {
  /** Throws, before anything is made, where the Secret could not be written. */
  check(): Promise<void>
  write(app: AppCredentials): Promise<void>
}

export type SecretHomeOptions = SecretName & {
  readonly context?: string
  readonly replace: boolean
  /** KUBECONFIG of the environment, or its default place. */
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function secretHome(options: SecretHomeOptions): Promise<SecretHome> {
  const { AuthorizationV1Api, CoreV1Api: Core, KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  const { namespace, name, replace, context } = options
  try {
    const told = options.env['KUBECONFIG']
    if (told !== undefined && told !== '' && !told.includes(':')) config.loadFromFile(told)
    else config.loadFromDefault()
    if (context !== undefined) {
      if (config.getContextObject(context) === null) throw new Error(`it has no context ${context}`)
      config.setCurrentContext(context)
    }
    if (config.getCurrentCluster() === null) throw new Error('it names no cluster')
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `the kubeconfig cannot be used: ${whyOf(cause)}`, { cause })
  }
  const core = config.makeApiClient(Core)
  const authorization = config.makeApiClient(AuthorizationV1Api)
  return {
    async check() {
      const found = await asking(() => existing(core, options))
      if (found !== undefined && !replace)
        throw new KintsugiError(
          'KIN-1001',
          `the Secret ${namespace}/${name} exists; --replace puts new credentials into it, --secret names another.`,
        )
      const verb = found === undefined ? 'create' : 'update'
      const review = await asking(() =>
        authorization.createSelfSubjectAccessReview({
          body: { spec: { resourceAttributes: { namespace, verb, resource: 'secrets', name } } },
        }),
      )
      if (review.status?.allowed !== true)
        throw new KintsugiError('KIN-1001', `your kubeconfig may not ${verb} Secrets in ${namespace}.`)
      await asking(() => namespaceThere(core, namespace))
    },
    async write(app) {
      const body = secretManifest({ namespace, name }, app)
      const found = await asking(() => existing(core, options))
      if (found === undefined) await asking(() => core.createNamespacedSecret({ namespace, body }))
      else {
        if (!replace) throw new KintsugiError('KIN-1001', `the Secret ${namespace}/${name} was made in the meantime.`)
        const metadata = { ...body.metadata, ...(found.version !== undefined && { resourceVersion: found.version }) }
        await asking(() => core.replaceNamespacedSecret({ namespace, name, body: { ...body, metadata } }))
      }
    },
  }
}

async function existing(
  core: CoreV1Api,
  { namespace, name }: SecretName,
): Promise<{ readonly version: string | undefined } | undefined> {
  try {
    const found = await core.readNamespacedSecret({ namespace, name })
    return { version: found.metadata?.resourceVersion }
  } catch (error) {
    if (codeOf(error) === 404) return undefined
    throw error
  }
}

async function namespaceThere(core: CoreV1Api, name: string): Promise<void> {
  try {
    await core.readNamespace({ name })
  } catch (error) {
    if (codeOf(error) === 404)
      throw new KintsugiError('KIN-1001', `there is no namespace ${name}: kubectl create namespace ${name}`)
    // Whoever may write the Secret need not be allowed to see its namespace.
    if (codeOf(error) !== 403) throw error
  }
}

/** What a cluster answers may quote what it was sent, so its text is left out. */
async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof KintsugiError) throw cause
    const code = codeOf(cause)
    if (code === undefined) throw new KintsugiError('KIN-6001', 'the cluster of the kubeconfig cannot be reached')
    throw new KintsugiError('KIN-6001', `the cluster of the kubeconfig did not take this: it answered ${code}`)
  }
}

function codeOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'number' ? code : undefined
}

function whyOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.slice(0, 200) : 'it cannot be read'
}

import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Home folders, of the environment and of the user. */
  readonly homes: readonly string[]
  readonly uid: number | undefined
  readonly exists?: (path: string) => boolean
}

const SECRET_NAMES: readonly RegExp[] = [
  /^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_\w+)$/,
  /^(?:GOOGLE_APPLICATION_CREDENTIALS|GOOGLE_CREDENTIALS|AZURE_CLIENT_SECRET|AZURE_FEDERATED_TOKEN_FILE)$/,
  /^(?:GH|GITHUB|GITLAB|NPM|NODE_AUTH|VAULT|ARGOCD|CI_JOB|SSH_AUTH|DOCKER)_\w*(?:TOKEN|SECRET|KEY|PASSWORD|SOCK)\w*$/,
  /^(?:KINTSUGI|WEBHOOK|APP)_\w*(?:TOKEN|SECRET|KEY|PASSWORD)\w*$/,
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE_KEY|API_KEY|ACCESS_KEY|CREDENTIALS)$/,
  /^KUBECONFIG$/,
]

const PLACES = [
  '/var/run/secrets/kubernetes.io/serviceaccount/token',
  '/run/secrets/kubernetes.io/serviceaccount/token',
  '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
  '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount',
  '/var/run/secrets/azure/tokens/azure-identity-token',
  '/var/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
]

const IN_HOME = [
  ...['.aws/credentials', '.azure', '.config/gcloud', '.config/gh/hosts.yml', '.docker/config.json'],
  ...['.git-credentials', '.kube/config', '.netrc', '.ssh/id_rsa', '.ssh/id_ed25519', '.config/kintsugi'],
]

/**
 * What a renderer of its own must not have and has, by name and never by value: variables that are called as secrets are, well-known files of
 * credentials, the rights of root. HEURISTIC: a secret by an odd name or in an odd place is not seen.
 */
export function exposures({ env, homes, uid, exists = existsSync }: Surroundings): readonly string[] {
  const variables = Object.entries(env)
    .filter(([name, value]) => value !== undefined && value !== '' && SECRET_NAMES.some((one) => one.test(name)))
    .map(([name]) => `the environment variable ${name}`)
  const files = [...PLACES, ...[...new Set(homes)].flatMap((home) => IN_HOME.map((name) => join(home, name)))]
    .filter((path) => exists(path))
    .map((path) => `the file ${path}`)
  return [...variables, ...files, ...(uid === 0 ? ['the rights of root'] : [])]
}

export type Target = { readonly host: string; readonly port: number }

/** Where a renderer without a network gets nowhere: the metadata of clouds, the API of the cluster, the world. */
export function egressTargets(env: Surroundings['env']): readonly Target[] {
  const api = env['KUBERNETES_SERVICE_HOST']
  return [
    { host: '169.254.169.254', port: 80 },
    { host: '1.1.1.1', port: 443 },
    { host: '8.8.8.8', port: 53 },
    ...(api === undefined ? [] : [{ host: api, port: Number(env['KUBERNETES_SERVICE_PORT'] ?? 443) }]),
  ]
}

/** The targets that take a connection within the time. */
export async function reachable(targets: readonly Target[], withinMs: number): Promise<readonly string[]> {
  const found = await Promise.all(
    targets.map(async (one) => ((await takes(one, withinMs)) ? [`the network: ${one.host}:${one.port} answers`] : [])),
  )
  return found.flat()
}

function takes({ host, port }: Target, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(withinMs, () => end(false))
    socket.on('connect', () => end(true))
    socket.on('error', () => end(false))
  })
}

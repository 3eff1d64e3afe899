import { access, constants, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { KintsugiError } from '../../domain/index.ts'
import type { AppCredentials } from './convert.ts'

/** The keys of the Secret, which are also the names of files. The chart mounts them under these names. */
export function secretData(app: AppCredentials): Readonly<Record<string, string>> {
  return {
    'app-id': String(app.id),
    'client-id': app.clientId,
    'private-key.pem': app.privateKey,
    ...(app.webhookSecret !== undefined && { 'webhook-secret': app.webhookSecret }),
  }
}

export type SecretName = { readonly namespace: string; readonly name: string }

export type SecretManifest = {
  readonly apiVersion: 'v1'
  readonly kind: 'Secret'
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> }
  readonly type: 'Opaque'
  readonly stringData: Record<string, string>
}

export function secretManifest({ namespace, name }: SecretName, app: AppCredentials): SecretManifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': 'kintsugi' } },
    type: 'Opaque',
    stringData: { ...secretData(app) },
  }
}

export function secretYaml(name: SecretName, app: AppCredentials): string {
  return stringify(secretManifest(name, app), { lineWidth: 0 })
}

/** Throws KIN-1001 where the folder is there already: credentials are never written over; and where it cannot be made. */
export async function checkNewFolder(dir: string): Promise<void> {
  const found = await stat(dir).catch(() => undefined)
  if (found !== undefined) throw new KintsugiError('KIN-1001', `--out ${dir} exists; name a folder that does not.`)
  try {
    await access(dirname(dir), constants.W_OK)
  } catch (cause) {
    throw new KintsugiError(
      'KIN-1001',
      `--out ${dir} cannot be made: ${dirname(dir)} is not a folder that may be written to.`,
      { cause },
    )
  }
}

/** One file for each key in a new folder, 0600 in 0700. Throws KIN-1002 where that cannot be, and leaves nothing behind. */
export async function writeSecretFiles(dir: string, app: AppCredentials): Promise<readonly string[]> {
  try {
    await mkdir(dir, { mode: 0o700 })
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `the folder ${dir} cannot be made`, { cause })
  }
  try {
    const files = Object.entries(secretData(app)).map(([name, text]) => ({ path: join(dir, name), text }))
    for (const { path, text } of files) {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(text)
      await file.close()
    }
    return files.map(({ path }) => path)
  } catch (cause) {
    await rm(dir, { recursive: true, force: true })
    throw new KintsugiError('KIN-1002', `files in ${dir} cannot be written`, { cause })
  }
}

import { resolve } from 'node:path'
import { outboundFetch, proxiesOf } from '../../adapters/outbound/index.ts'
import { KintsugiError } from '../../domain/index.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { Context, ExitCode } from '../verb.ts'
import { type SecretHome, secretHome } from './apply-secret.ts'
import { openBrowser } from './browser.ts'
import { type AppCredentials, convertManifest } from './convert.ts'
import { openLoopback } from './loopback.ts'
import { appManifest, createAddress, readAppFile } from './manifest.ts'
import { destinations, donePage, installAddress, refusedPage, startPage } from './page.ts'
import { type InitRequest, readInitRequest } from './request.ts'
import { checkNewFolder, secretManifest, secretYaml, writeSecretFiles } from './secret.ts'

/** GitHub keeps a manifest that long. */
const WITHIN_MS = 60 * 60 * 1000

/** The manifest flow: everything that can be checked is checked before GitHub is asked to make anything. */
export async function runInit({ args, terminal, io }: Context): Promise<ExitCode> {
  const request = readInitRequest(args)
  const out = request.to.out === undefined ? undefined : resolve(io.cwd, request.to.out)
  if (out !== undefined) await checkNewFolder(out)
  const { apply } = request.to
  const home = apply && (await secretHome({ ...request.secret, ...apply, env: io.env }))
  await home?.check()

  const ask = outboundFetch(proxiesOf(io.env))
  const app = await createdApp(request, terminal, ask)
  const kept = await keep(app, { home, out, fallback: resolve(io.cwd, `kintsugi-app-${app.id}`) })
  if (terminal.asJson) terminal.json(document(request, app, kept))
  else if (request.to.print) io.out.write(secretYaml(request.secret, app))
  for (const says of kept.said) terminal.note(says)
  if (kept.problem !== undefined) throw kept.problem
  terminal.note(styled('green', `${app.name} is made: ${app.url}`))
  nextSteps(request, app).forEach((step, at) => {
    terminal.note(`${at + 1}. ${step}`)
  })
  return 0
}

async function createdApp(request: InitRequest, terminal: Terminal, ask: typeof fetch): Promise<AppCredentials> {
  const file = readAppFile()
  let settle: (result: { readonly app: AppCredentials } | { readonly error: unknown }) => void = () => undefined
  const settled = new Promise<{ readonly app: AppCredentials } | { readonly error: unknown }>((done) => {
    settle = done
  })
  const pages = {
    start: (): string =>
      startPage({
        request,
        permissions: file.permissions,
        events: file.events,
        action: createAddress(request, loopback.state),
        manifest: JSON.stringify(appManifest(request, file, loopback.redirectUrl)),
      }),
    created: async (code: string): Promise<string> => {
      try {
        const app = await convertManifest(request.github, code, ask)
        settle({ app })
        return donePage(app, nextSteps(request, app))
      } catch (error) {
        settle({ error })
        return refusedPage(error instanceof KintsugiError ? error.message : 'The credentials could not be fetched.')
      }
    },
  }
  const loopback = await openLoopback(request.github.web, pages)
  const timeout = AbortSignal.timeout(WITHIN_MS)
  timeout.addEventListener('abort', () => settle({ error: tooLate() }))
  try {
    terminal.note('The credentials will go to: ', destinations(request).join('; '))
    terminal.note('Open this page, once: ', styled('cyan', loopback.url))
    if (request.open) openBrowser(loopback.url)
    const result = await terminal.during('waiting for GitHub to send the browser back', () => settled)
    if ('error' in result) throw result.error
    return result.app
  } finally {
    // The last page may still be on its way to the browser.
    await Promise.race([loopback.shown, new Promise((done) => setTimeout(done, LAST_PAGE_MS))])
    await loopback.close()
  }
}

const LAST_PAGE_MS = 3000

function tooLate(): KintsugiError {
  return new KintsugiError('KIN-4003', 'nobody came back from GitHub within an hour; begin anew.')
}

type Kept = { readonly said: readonly string[]; readonly problem?: KintsugiError }

/** GitHub gives the key once. Where it cannot be put where it should go, it is put into files rather than lost. */
async function keep(
  app: AppCredentials,
  to: { readonly home: SecretHome | undefined; readonly out: string | undefined; readonly fallback: string },
): Promise<Kept> {
  const said: string[] = []
  try {
    if (to.out !== undefined) said.push(...(await writeSecretFiles(to.out, app)).map((path) => `written: ${path}`))
    if (to.home !== undefined) {
      await to.home.write(app)
      said.push('the Secret is in the cluster')
    }
    return { said }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown'
    const files = to.out === undefined || said.length === 0 ? await writeSecretFiles(to.fallback, app) : []
    const where = files.length === 0 ? said : files.map((path) => `kept instead: ${path}`)
    const problem = new KintsugiError(
      'KIN-1002',
      `the App is made, but its credentials could not be put in place: ${why}`,
    )
    return { said: where, problem }
  }
}

/** What the admin does after this, in order. */
function nextSteps(request: InitRequest, app: AppCredentials): readonly string[] {
  const { web } = request.github
  const { name, namespace } = request.secret
  const enterprise = web === 'https://github.com' ? '' : ` and url: ${web}`
  const settings = [
    `github.appId=${app.id}`,
    `github.existingSecret=${name}`,
    ...(enterprise === '' ? [] : [`github.url=${web}`]),
    ...(request.webhookUrl === undefined ? [] : ['webhooks.enabled=true']),
  ]
  return [
    `Install it on the GitOps repositories, and on no others: ${installAddress(app)}`,
    ...secretSteps(request),
    `Say what it may do: bindings in values.yaml for the chart, or a configuration whose forges have kind: github, appId: ${app.id}${enterprise}`,
    `helm install kintsugi charts/kintsugi --namespace ${namespace} ${settings.map((one) => `--set ${one}`).join(' ')} --values values.yaml`,
    'See what it would do before it writes anything: kintsugi run --once --dry-run --config kintsugi.yaml',
  ]
}

/** The chart reads a Secret and makes none. */
function secretSteps({ to, secret: { name, namespace } }: InitRequest): readonly string[] {
  if (to.apply !== undefined) return []
  return to.out === undefined
    ? [`Apply the Secret that was printed, once there is a namespace ${namespace}: kubectl apply -f FILE`]
    : [`Make the Secret of the files: kubectl -n ${namespace} create secret generic ${name} --from-file=${to.out}`]
}

function document(request: InitRequest, app: AppCredentials, kept: Kept): Readonly<Record<string, unknown>> {
  const { id, slug, url, clientId } = app
  return {
    app: { id, slug, url, clientId, install: installAddress(app) },
    kept: kept.said,
    ...(request.to.print && { secret: secretManifest(request.secret, app) }),
  }
}

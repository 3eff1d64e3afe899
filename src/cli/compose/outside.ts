import { resolve } from 'node:path'
import { kserveModel } from '../../adapters/kserve/index.ts'
import { proxiesOf } from '../../adapters/outbound/index.ts'
import { configError } from '../../config.ts'
import { type Config, KintsugiError } from '../../domain/index.ts'
import type { Clock, OutsideModel } from '../../ports/index.ts'

export type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }

/** The voters of the configuration. Nothing is asked yet. Throws KIN-2001, with its place, for one that can never be asked. */
export function outsideModels(config: Config, { cwd, env }: Place, clock: Clock): readonly OutsideModel[] {
  const { kserve } = config.detection
  if (kserve.length === 0) return []
  const proxies = proxiesOf(env)
  return kserve.map(({ tokenFile, caFile, ...voter }, at) => {
    try {
      return kserveModel({
        ...voter,
        clock,
        ...(tokenFile !== undefined && { tokenFile: resolve(cwd, tokenFile) }),
        ...(caFile !== undefined && { caFile: resolve(cwd, caFile) }),
        ...(proxies && { proxies }),
      })
    } catch (error) {
      if (!(error instanceof KintsugiError)) throw error
      throw configError(config, ['detection', 'kserve', at, 'url'], error.message, error)
    }
  })
}

/** Said at the start, so that nobody is surprised by a vote. */
export function outsideVoters({ detection }: Config): readonly string[] {
  return detection.kserve.map(
    ({ name, model, url, features }) =>
      `the model ${name} (${model} at ${new URL(url).origin}) has a vote on ${features.join(', ')}`,
  )
}

import type { FreezeSource, PauseSource } from '../domain/index.ts'
import { boolean, list, object, required, string, tagged } from '../policy/index.ts'
import { path, url } from './words.ts'

export const freeze = tagged<FreezeSource>({
  file: object({ file: required(path) }),
  url: object({ url: required(url) }),
})

export const pause = tagged<PauseSource>({
  config: object({ config: required(boolean()) }),
  file: object({ file: required(path) }),
  configMap: object({
    configMap: required(
      string({ pattern: /^[a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/, form: 'namespace/name of a ConfigMap' }),
    ),
  }),
  command: object({ command: required(list(string({ longest: 4096 }), { least: 1, most: 50 })) }),
})

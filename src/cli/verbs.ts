import { auditExport } from './audit/export.ts'
import { auditShow } from './audit/show.ts'
import { auditVerify } from './audit/verify.ts'
import { backtest } from './backtest/backtest.ts'
import { bisect } from './bisect.ts'
import { demo } from './demo/demo.ts'
import { detect } from './detect/detect.ts'
import { edit } from './edit.ts'
import { explain } from './explain.ts'
import { forecast } from './forecast/forecast.ts'
import { initGithub } from './init/init-github.ts'
import { locate } from './locate.ts'
import { map } from './map.ts'
import { plan } from './plan.ts'
import { policyValidate } from './policy-validate.ts'
import { run } from './run.ts'
import type { Verb } from './verb.ts'
import { version } from './version.ts'
import { where } from './where.ts'

/** Every command, in the order of the help. */
export const verbs: readonly Verb[] = [
  demo,
  map,
  where,
  plan,
  run,
  locate,
  edit,
  bisect,
  detect,
  forecast,
  backtest,
  policyValidate,
  initGithub,
  auditVerify,
  auditShow,
  auditExport,
  explain,
  version,
]

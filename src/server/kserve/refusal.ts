/** Codes of the seeds' coordination engine, and those that it lacks. */
const STATUS = {
  INVALID_REQUEST: 400,
  UNAUTHORIZED: 401,
  MODEL_NOT_FOUND: 404,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  PREDICTION_FAILED: 500,
  MODEL_NOT_READY: 503,
  BUSY: 503,
} as const

export type RefusalCode = keyof typeof STATUS

export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

/** An error as the seeds' clients read it: in both of the forms that their engine uses. Texts are of fixed words, numbers and our own names. */
export function refusal(code: RefusalCode, error: string, details = ''): Answer {
  return { status: STATUS[code], body: { status: 'error', error, details, code, success: false } }
}

const SHAPES = [
  /\bgh[pousr]_\w{16,255}/g,
  /\bgithub_pat_\w{20,255}/g,
  /\bv1\.[0-9a-f]{40}\b/g,
  /\beyJ[\w-]{10,4096}\.[\w-]{10,4096}\.[\w-]{10,4096}/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,16384}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
]
const HIDDEN = '[hidden]'
/** Shorter ones would blank out words. */
const SHORTEST = 8

/** Takes secrets out of a text: the ones it is told of (raw, base64, URL-encoded), and whatever has the shape of a GitHub token or private key. */
export type Scrubber = {
  /** `untilMs`: when it is worth nothing any more; never where absent. */
  add(secret: string, untilMs?: number): void
  /** Lets go of what is worth nothing any more: a secret is kept in memory no longer than it opens something. */
  expire(nowMs: number): void
  clean(text: string): string
}

export function scrubber(mostSecrets = 1000): Scrubber {
  const known = new Map<string, { readonly forms: readonly string[]; readonly untilMs: number }>()
  return {
    add(secret, untilMs = Number.POSITIVE_INFINITY) {
      if (secret.length < SHORTEST || known.has(secret)) return
      known.set(secret, { forms: formsOf(secret), untilMs })
      const oldest = known.keys().next().value
      if (known.size > mostSecrets && oldest !== undefined) known.delete(oldest)
    },
    expire(nowMs) {
      for (const [secret, { untilMs }] of known) if (untilMs <= nowMs) known.delete(secret)
    },
    clean(text) {
      let clean = text
      for (const { forms } of known.values()) for (const form of forms) clean = clean.replaceAll(form, HIDDEN)
      for (const shape of SHAPES) clean = clean.replaceAll(shape, HIDDEN)
      return clean
    },
  }
}

/** base64 of a secret within a longer text depends on where it begins, so all three offsets are known, less the characters that its neighbours touch. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8')
  const forms = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  for (const before of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
    const start = before === 0 ? 0 : before + 1
    const end = Math.floor((whole.length * 8) / 6)
    const core = whole.toString('base64').slice(start, end)
    forms.add(core)
    forms.add(core.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return [...forms].filter((form) => form.length >= SHORTEST)
}

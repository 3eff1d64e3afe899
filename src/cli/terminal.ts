import type { Io, OutputStream } from './io.ts'
import { renderSpans, type Span } from './style.ts'

export const SCHEMA_VERSION = 1

/** The one way to the outside: data on stdout, everything else on stderr, all text made printable on its way. */
export type Terminal = {
  /** With --json a verb prints one `json` document and no lines. */
  readonly asJson: boolean
  /** A line of data. */
  line(...spans: readonly Span[]): void
  /** A line about the work: progress, hints, problems. */
  note(...spans: readonly Span[]): void
  /** The next useful command: the last line, and only for people. */
  hint(...spans: readonly Span[]): void
  /** A document on stdout; `schemaVersion` is put in front. */
  json(document: Readonly<Record<string, unknown>>): void
  /** The same on one line, for verbs that print a document per event. */
  event(document: Readonly<Record<string, unknown>>): void
  /** Shows that something is going on while `work` runs; on a terminal only. */
  during<T>(label: string, work: () => Promise<T>): Promise<T>
}

function coloured(stream: OutputStream, env: Io['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false
  return stream.isTerminal
}

/** JSON in which no character can act on a terminal: what JSON allows to stand raw is escaped too. */
function safeJson(document: Readonly<Record<string, unknown>>, indent: number): string {
  const text = JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...document }, null, indent)
  return text.replace(
    /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 90

/** Draws over its own line of stderr and leaves nothing behind. */
async function spin<T>(io: Io, label: string, work: () => Promise<T>): Promise<T> {
  const colour = coloured(io.err, io.env)
  const text = renderSpans([label], false).slice(0, io.err.columns - 4)
  let frame = 0
  const draw = (): void => {
    const sign = renderSpans([{ style: 'cyan', text: FRAMES[frame % FRAMES.length] ?? '' }], colour)
    frame += 1
    io.err.write(`\r${sign} ${text}`)
  }
  const timer = setInterval(draw, FRAME_MS)
  timer.unref()
  try {
    return await work()
  } finally {
    clearInterval(timer)
    if (frame > 0) io.err.write(`\r${' '.repeat(text.length + 2)}\r`)
  }
}

export function terminalOf(io: Io, asJson: boolean): Terminal {
  const outColour = coloured(io.out, io.env)
  const errColour = coloured(io.err, io.env)
  const note = (...spans: readonly Span[]): void => io.err.write(`${renderSpans(spans, errColour)}\n`)
  return {
    asJson,
    line: (...spans) => io.out.write(`${renderSpans(spans, outColour)}\n`),
    note,
    hint: (...spans) => {
      if (!asJson) note({ style: 'dim', text: 'next: ' }, ...spans)
    },
    json: (document) => io.out.write(`${safeJson(document, 2)}\n`),
    event: (document) => io.out.write(`${safeJson(document, 0)}\n`),
    during: (label, work) => (io.err.isTerminal && !asJson ? spin(io, label, work) : work()),
  }
}

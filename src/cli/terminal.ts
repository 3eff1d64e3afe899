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
  /** A document whose members come one by one under `name`, each on its own line, so that no size of output is held in memory. */
  stream(name: string, head: Readonly<Record<string, unknown>>): DocumentStream
  /** Shows that something is going on while `work` runs; on a terminal only. */
  during<T>(label: Label, work: () => Promise<T>): Promise<T>
  /** Columns that a line of data may take; without end where stdout is no terminal. */
  readonly width: number
}

export type DocumentStream = {
  add(document: Readonly<Record<string, unknown>>): void
  /** `tail` follows the list. */
  end(tail: Readonly<Record<string, unknown>>): void
}

/** What is going on; a function is asked again each time that it is shown. */
export type Label = string | (() => string)

function coloured(stream: OutputStream, env: Io['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false
  return stream.isTerminal
}

/** JSON in which no character can act on a terminal: what JSON allows to stand raw is escaped too. */
function safeJson(document: Readonly<Record<string, unknown>>, indent: number): string {
  return escaped(JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...document }, null, indent))
}

function escaped(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 90

type Spinner = {
  during<T>(label: Label, work: () => Promise<T>): Promise<T>
  /** Takes its line away, so that another may be written; the next frame draws it again. */
  erase(): void
}

/** Draws over its own line of stderr and leaves nothing behind. */
function spinnerOf(io: Io): Spinner {
  const colour = coloured(io.err, io.env)
  let frame = 0
  let drawn = 0
  const erase = (): void => {
    if (drawn > 0) io.err.write(`\r${' '.repeat(drawn)}\r`)
    drawn = 0
  }
  const draw = (label: Label): void => {
    const said = typeof label === 'string' ? label : label()
    const text = renderSpans([said], false).slice(0, Math.max(0, io.err.columns - 4))
    const sign = renderSpans([{ style: 'cyan', text: FRAMES[frame % FRAMES.length] ?? '' }], colour)
    frame += 1
    io.err.write(`\r${sign} ${text}${' '.repeat(Math.max(0, drawn - text.length - 2))}`)
    drawn = text.length + 2
  }
  const during = async <T>(label: Label, work: () => Promise<T>): Promise<T> => {
    const timer = setInterval(() => draw(label), FRAME_MS)
    timer.unref()
    try {
      return await work()
    } finally {
      clearInterval(timer)
      erase()
    }
  }
  return { during, erase }
}

/** One member a line: a person can look through it, and a reader needs no more than a line at a time. */
function streamOn(out: OutputStream, name: string, head: Readonly<Record<string, unknown>>): DocumentStream {
  const first = safeJson(head, 0).slice(0, -1)
  let members = 0
  out.write(`${first},${escaped(JSON.stringify(name))}:[`)
  return {
    add: (document) => {
      out.write(`${members === 0 ? '' : ','}\n${escaped(JSON.stringify(document))}`)
      members += 1
    },
    end: (tail) => {
      const rest = escaped(JSON.stringify(tail)).slice(1)
      out.write(`\n]${rest === '}' ? '' : ','}${rest}\n`)
    },
  }
}

export function terminalOf(io: Io, asJson: boolean): Terminal {
  const outColour = coloured(io.out, io.env)
  const errColour = coloured(io.err, io.env)
  const spinner = spinnerOf(io)
  let open: DocumentStream | undefined
  const note = (...spans: readonly Span[]): void => {
    spinner.erase()
    io.err.write(`${renderSpans(spans, errColour)}\n`)
  }
  return {
    asJson,
    width: io.out.isTerminal ? io.out.columns : Number.POSITIVE_INFINITY,
    line: (...spans) => {
      spinner.erase()
      io.out.write(`${renderSpans(spans, outColour)}\n`)
    },
    note,
    hint: (...spans) => {
      if (!asJson) note({ style: 'dim', text: 'next: ' }, ...spans)
    },
    // What goes wrong while a document is open becomes its last member: stdout is one document in any case.
    json: (document) => {
      if (open !== undefined) open.end(document)
      else io.out.write(`${safeJson(document, 2)}\n`)
      open = undefined
    },
    event: (document) => io.out.write(`${safeJson(document, 0)}\n`),
    stream: (name, head) => {
      const stream = streamOn(io.out, name, head)
      open = stream
      const end = (tail: Readonly<Record<string, unknown>>): void => {
        open = undefined
        stream.end(tail)
      }
      return { add: stream.add, end }
    },
    during: (label, work) => (io.err.isTerminal && !asJson ? spinner.during(label, work) : work()),
  }
}

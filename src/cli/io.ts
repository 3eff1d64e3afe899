/** One of the two output streams. `write` never throws for a reader that has gone away. */
export type OutputStream = {
  readonly isTerminal: boolean
  /** Columns of the terminal; 80 where it is not known. */
  readonly columns: number
  write(text: string): void
}

/** What a command may know of the process that runs it. Tests hand in their own. */
export type Io = {
  readonly out: OutputStream
  readonly err: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute; relative paths of the command line start here. */
  readonly cwd: string
}

function outputOf(stream: NodeJS.WriteStream, onGone: () => void): OutputStream {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') onGone()
    else throw error
  })
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 80,
    write: (text) => {
      stream.write(text)
    },
  }
}

/** The real process. When the reader of stdout has gone (`| head`), there is nobody left to talk to: the process ends quietly. */
export function processIo(): Io {
  return {
    out: outputOf(process.stdout, () => process.exit(0)),
    err: outputOf(process.stderr, () => undefined),
    env: process.env,
    cwd: process.cwd(),
  }
}

import type { ArimaLibrary } from '../detection/engines/index.ts'

/**
 * Package `arima`, which prints what it thinks of a series on stdout and takes hold of console.log for that while it loads. What it takes
 * hold of here falls silent once it has loaded, so that a program whose stdout is read by others can use it.
 */
export async function arimaLibrary(): Promise<ArimaLibrary> {
  const { log } = console
  let loaded = false
  console.log = (...words) => {
    if (!loaded) log(...words)
  }
  try {
    return (await import('arima')).default
  } finally {
    loaded = true
    console.log = log
  }
}

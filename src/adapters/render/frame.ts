import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/index.ts'

/** What a request and an answer look like: a word, the length of a JSON header, the header, and the content that it tells of. */
export type Frame = { readonly header: JsonObject; readonly content: Buffer }

const WORD = 'KINREN1\n'
const START = WORD.length + 4

export function frameOf(header: JsonObject, contents: readonly Uint8Array[]): Buffer {
  const json = Buffer.from(JSON.stringify(header))
  const start = Buffer.alloc(START)
  start.write(WORD, 0, 'latin1')
  start.writeUInt32BE(json.byteLength, WORD.length)
  return Buffer.concat([start, json, ...contents])
}

/** Undefined where this is no frame, or its header is longer than `mostHeader` bytes or no JSON object. */
export function readFrame(bytes: Buffer, mostHeader: number): Frame | undefined {
  if (bytes.length < START || bytes.toString('latin1', 0, WORD.length) !== WORD) return undefined
  const length = bytes.readUInt32BE(WORD.length)
  if (length > mostHeader || START + length > bytes.length) return undefined
  const header = parsed(bytes.toString('utf8', START, START + length))
  return isJsonObject(header) ? { header, content: bytes.subarray(START + length) } : undefined
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** All of a body, or undefined as soon as there is more than `most` of it. */
export async function readBody(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

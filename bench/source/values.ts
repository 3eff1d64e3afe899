/** A legal value that is another than what is there; undefined where the bench knows none. */
export function newValue(field: string, current: unknown): string | undefined {
  if (field === 'image') return newImage(String(current))
  if (field === 'replicas' || field === 'minReplicas' || field === 'maxReplicas') {
    return current === undefined ? '3' : /^\d+$/.test(String(current)) ? String(Number(current) + 1) : undefined
  }
  if (field.startsWith('annotations.') || field.startsWith('env.'))
    return `bench-${String(current ?? 'new').slice(0, 20)}`
  return current === undefined ? (field.endsWith('cpu') ? '135m' : '135Mi') : larger(String(current))
}

function newImage(current: string): string | undefined {
  const digest = /@sha256:[0-9a-f]{64}$/.exec(current)
  if (digest !== null) return `${current.slice(0, digest.index)}@sha256:${'5'.repeat(64)}`
  const tag = /:([\w][\w.-]*)$/.exec(current)
  if (tag?.[1] === undefined) return /^[\w./:-]+$/.test(current) ? `${current}:1.2.3` : undefined
  const version = /^(v?\d+(?:\.\d+)*\.)(\d+)(.*)$/.exec(tag[1])
  const next = version === null ? `${tag[1]}-b` : `${version[1]}${Number(version[2]) + 1}${version[3]}`
  return `${current.slice(0, tag.index)}:${next}`
}

function larger(current: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(current)
  if (match === null) return undefined
  const number = Number(match[1])
  return `${Number.isInteger(number) ? number + 1 : Math.ceil(number)}${match[2]}`
}

/** How many of something a test tries: `KINTSUGI_N` names a number, or `full` (as `npm run soak` has it) or `all` for as many as are worth the time. */
export function size(standard: number, full: number, asked = process.env['KINTSUGI_N'] ?? ''): number {
  if (asked === '') return standard
  if (asked === 'full' || asked === 'all') return full
  const count = Number(asked)
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`KINTSUGI_N is a number, "full" or "all": ${asked}`)
  return count
}

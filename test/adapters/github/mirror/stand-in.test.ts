import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type MirrorReport, mirrorOf } from '../../../../src/adapters/github/mirror/index.ts'
import { size } from '../../../fakes/size.ts'
import { clientOn } from '../http/scene-api.ts'

it('brings up a repository cold in two calls and a change warm in two, over HTTP', async () => {
  const count = size(60, 2000)
  const files = Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`apps/app-${at}/values.yaml`, `replicas: ${at}\n`]),
  )
  const { at, api, close } = await clientOn({
    scene: { files: { ...files, 'values.yaml': 'memory: 32Mi\n' } },
  })
  const dir = mkdtempSync(join(tmpdir(), 'kintsugi-mirror-'))
  try {
    const reports: MirrorReport[] = []
    const mirror = mirrorOf(api, { dir, report: (one) => reports.push(one) })
    const cold = await mirror.tree(at.first)
    expect(cold.paths()).toHaveLength(count + 1)
    expect(cold.oid).toBe((await api.commit(at.first))?.tree)
    const { oid } = await at.do('push', {
      repo: at.repo,
      branch: 'main',
      by: 'ann',
      files: { 'values.yaml': 'memory: 64Mi\n' },
    })
    const warm = await mirror.tree(oid)
    expect(Buffer.from(warm.bytes('values.yaml') ?? []).toString('utf8')).toBe('memory: 64Mi\n')
    expect(reports).toMatchObject([
      { how: 'cold', requests: 2 },
      { how: 'warm', requests: 2 },
    ])
    expect(at.standIn.violations.all()).toEqual([])
  } finally {
    await close()
    rmSync(dir, { recursive: true, force: true })
  }
}, 60_000)

import { afterEach, describe, expect, it } from 'vitest'
import { kserveModel } from '../../src/adapters/kserve/index.ts'
import type { OutsideModel } from '../../src/ports/index.ts'

/** Labels of rows, as the model of a server of V1 gives them; undefined where it is not ready. */
export type Judge = (rows: readonly (readonly number[])[]) => readonly (1 | -1)[] | undefined

export type ServedAt = { readonly url: string; close(): Promise<void> }

/** A server that has the model `anomaly-detector`, for rows of two numbers; it wants the token where one is given. */
export type MakeServer = (judge: Judge, token?: string) => Promise<ServedAt>

export type ClientOptions = Partial<Parameters<typeof kserveModel>[0]> & { readonly url: string }

export function client(options: ClientOptions): OutsideModel {
  return kserveModel({
    name: 'outside',
    model: 'anomaly-detector',
    features: ['cpu-usage', 'memory-working-set'],
    clock: { now: () => 0 },
    timeoutMs: 5000,
    ...options,
  })
}

const aboveOne: Judge = (rows) => rows.map((row) => ((row[0] ?? 0) > 1 ? -1 : 1))

/** What the client understands of a server that speaks V1, whoever it is. */
export function outsideModelContract(name: string, make: MakeServer, withToken: (token: string) => string): void {
  describe(`${name} as a model outside`, () => {
    const opened: { close(): Promise<void> }[] = []
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close()
    })
    const asked = async (judge: Judge, more: Partial<ClientOptions> = {}, token?: string): Promise<OutsideModel> => {
      const server = await make(judge, token)
      const model = client({ url: server.url, ...more })
      opened.push(model, server)
      return model
    }

    it('gives a label for each row, in their order', async () => {
      const model = await asked(aboveOne)
      const rows = [
        [0.5, 1],
        [2, 1],
        [-3, 0.1],
        [1e300, 5e-324],
      ]
      expect(await model.judge(rows)).toEqual([1, -1, 1, -1])
      expect(model.says()).toBeUndefined()
    })

    it('gives as many labels as rows, however many there are', async () => {
      const model = await asked(aboveOne)
      const rows = Array.from({ length: 2500 }, (_, at) => [at % 3, 0])
      expect(await model.judge(rows)).toEqual(rows.map(([first]) => (first === 2 ? -1 : 1)))
    })

    it('is not asked about nothing', async () => {
      const model = await asked(() => {
        throw new Error('asked')
      })
      expect(await model.judge([])).toEqual([])
    })

    it('abstains while the model is not ready', async () => {
      const model = await asked(() => undefined)
      expect(await model.judge([[1, 2]])).toBeUndefined()
      expect(model.says()).toMatch(/^KIN-7001 .*503/)
    })

    it('abstains where the model has another name', async () => {
      const model = await asked(aboveOne, { model: 'another' })
      expect(await model.judge([[1, 2]])).toBeUndefined()
      expect(model.says()).toMatch(/^KIN-7004 .*404/)
    })

    it('abstains where rows are not as wide as the model takes them', async () => {
      const model = await asked(aboveOne)
      expect(await model.judge([[1, 2, 3]])).toBeUndefined()
      expect(model.says()).toMatch(/^KIN-7004 .*400/)
    })

    it('is let in by its token, and abstains without it', async () => {
      const tokenFile = withToken('let-me-in')
      const model = await asked(aboveOne, { tokenFile }, 'let-me-in')
      expect(await model.judge([[2, 2]])).toEqual([-1])
      const stranger = await asked(aboveOne, {}, 'let-me-in')
      expect(await stranger.judge([[2, 2]])).toBeUndefined()
      expect(stranger.says()).toMatch(/^KIN-7003 .*401/)
    })
  })
}

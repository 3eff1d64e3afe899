import { type JsonValue, KintsugiError } from '../../../domain/index.ts'

/** What the demo does to the stand-in past GitHub's doors: what an owner would click together, and the work of its CI. */
export type Control = (name: string, input: JsonValue) => Promise<JsonValue>

export function controlOf(root: string): Control {
  return async (name, input) => {
    const answer = await fetch(`${root}/_stand-in/do/${name}`, {
      method: 'POST',
      headers: { 'user-agent': 'kintsugi demo' },
      body: JSON.stringify(input),
    })
    const text = await answer.text()
    if (!answer.ok) throw new KintsugiError('KIN-9001', `the stand-in refused ${name}: ${text.slice(0, 300)}`)
    return text === '' ? null : (JSON.parse(text) as JsonValue)
  }
}

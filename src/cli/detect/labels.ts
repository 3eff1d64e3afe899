import type { LabelledSeries } from '../../adapters/prometheus/index.ts'

const MOST_VALUE = 80
const MOST_TEXT = 200

/**
 * The labels of a series as PromQL writes them. What could act on a terminal or turn its reading order stands as an escape, so that series
 * which differ in nothing else still look different.
 */
export function labelText(labels: LabelledSeries['labels']): string {
  const name = labels.find(([key]) => key === '__name__')?.[1] ?? ''
  const pairs = labels.filter(([key]) => key !== '__name__').map(([key, value]) => `${plain(key)}="${plain(value)}"`)
  return cut(`${plain(name)}{${pairs.join(', ')}}`, MOST_TEXT)
}

function plain(text: string): string {
  return cut(text, MOST_VALUE)
    .replace(/[\\"]/g, (character) => `\\${character}`)
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeOf)
}

function escapeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

function cut(text: string, most: number): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}

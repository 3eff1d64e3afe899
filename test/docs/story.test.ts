import { expect, it } from 'vitest'
import { live } from '../proposal/gfm.ts'
import { STORY } from './story.ts'

/** `npm run docs:examples` writes them anew. */
it.each([...STORY])('docs/examples/%s is what the bot writes', async (file, text) => {
  await expect(`${text.trimEnd()}\n`).toMatchFileSnapshot(`../../docs/examples/${file}`)
})

it('holds nothing live but our own references and links', () => {
  const hosts = ['github.com', 'prometheus.shop.example']
  const found = [...STORY].filter(([file]) => file.endsWith('.md')).flatMap(([, text]) => live(text, hosts))
  expect(found.filter((one) => !/^reference: (?:#120|#97|This takes back #119|Asked first.*#119)/.test(one))).toEqual(
    [],
  )
})

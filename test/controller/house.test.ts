import { describe, expect, it } from 'vitest'
import { textsOf } from '../../src/controller/house.ts'
import { NO_HOUSE_RULES } from '../../src/domain/index.ts'

const trailers = 'Kintsugi-Incident: a\nKintsugi-Block: b'
const proposal = {
  title: 'fix(cart): raise $& memory',
  commitMessage: `fix(cart): raise $& memory\n\nwhy\n\n${trailers}\n`,
}

describe('texts of the house', () => {
  it('are ours where nothing is asked', () => {
    expect(textsOf(proposal, NO_HOUSE_RULES)).toEqual(proposal)
  })

  it('go around ours, and the trailers stay last', () => {
    const house = {
      ...NO_HOUSE_RULES,
      title: 'SHOP-1 {title}',
      message: '{message}\n\nRefs: SHOP-1',
      signOff: 'Kintsugi <bot@example.com>',
    }
    expect(textsOf(proposal, house)).toEqual({
      title: 'SHOP-1 fix(cart): raise $& memory',
      commitMessage: `SHOP-1 fix(cart): raise $& memory\n\nwhy\n\nRefs: SHOP-1\n\nSigned-off-by: Kintsugi <bot@example.com>\n\n${trailers}\n`,
    })
  })
})

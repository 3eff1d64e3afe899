import { describe, expect, it } from 'vitest'
import type { Verb } from '../../src/cli/verb.ts'
import { verbs } from '../../src/cli/verbs.ts'
import { KintsugiError } from '../../src/domain/index.ts'
import { kintsugi } from './console.ts'

const HOSTILE = 'a\u001b[31mb\u0007\u009b2J\u202ec\r\nforged'

const said: Verb = {
  name: 'say',
  summary: 'says what it is given',
  examples: [{ says: 'one', command: 'kintsugi say --word hello' }],
  operands: '[WORD]',
  options: [
    { name: 'word', value: 'WORD', repeatable: true, says: 'a word' },
    { name: 'loud', says: 'louder' },
    { name: 'once', value: 'N', says: 'one time' },
  ],
  async run({ args, terminal }) {
    if (terminal.asJson) terminal.json({ words: args.list('word'), operands: args.operands, hostile: HOSTILE })
    else terminal.line(...args.list('word'), ...args.operands, args.has('loud') ? '!' : '')
    terminal.hint('kintsugi say more')
    return 0
  },
}

function failing(thrown: unknown): Verb {
  return { name: 'fail', summary: 'fails', examples: [], options: [], run: () => Promise.reject(thrown) }
}

describe('the command line', () => {
  it.each([
    [['say', '--word', 'a', '--word=b', '--loud'], 'ab!'],
    [['say', '--', '--loud'], '--loud'],
    [['say', '--word=x=y'], 'x=y'],
    [['say', '-'], '-'],
  ])('reads %j', async (argv, expected) => {
    expect((await kintsugi(argv, { verbs: [said] })).out).toBe(`${expected}\n`)
  })

  it.each([
    [['sya'], 'KIN-1001 There is no verb "sya". Did you mean say?'],
    [['zzzzzz'], 'KIN-1001 There is no verb "zzzzzz".'],
    [['say', '--wrod', 'a'], 'KIN-1001 say has no flag --wrod. Did you mean --word?'],
    [['say', '-w'], 'KIN-1001 say has no flag -w.'],
    [['say', '--word'], 'KIN-1001 --word needs a value: WORD.'],
    [['say', '--word', '--loud'], 'KIN-1001 --word needs a value: WORD.'],
    [['say', '--loud=yes'], 'KIN-1001 --loud takes no value.'],
    [['say', '--once', '1', '--once', '2'], 'KIN-1001 --once is given twice.'],
    [['say', 'a', 'b'], 'KIN-1001 say takes one argument, but got 2.'],
  ])('refuses %j with exit code 2', async (argv, message) => {
    const ran = await kintsugi(argv, { verbs: [said] })
    expect(ran.code).toBe(2)
    expect(ran.err.split('\n')[0]).toBe(message)
    expect(ran.out).toBe('')
  })

  it('names the second word of a verb of two', async () => {
    const pair: Verb = { ...said, name: 'policy validate' }
    expect((await kintsugi(['policy'], { verbs: [pair] })).err).toContain('policy validate')
    expect((await kintsugi(['policy', 'valdiate'], { verbs: [pair] })).err).toContain('Did you mean policy validate?')
  })

  it.each([
    ['KIN-1002', 1],
    ['KIN-2002', 5],
    ['KIN-3001', 6],
  ] as const)('ends %s with exit code %i, the sentence and the next step', async (code, exit) => {
    const ran = await kintsugi(['fail'], { verbs: [failing(new KintsugiError(code, 'It broke.'))] })
    expect(ran.code).toBe(exit)
    expect(ran.err).toMatch(new RegExp(`^${code} It broke\\.\nnext: .+\n$`))
  })

  it('says an unforeseen error as KIN-9001, without a stack', async () => {
    const ran = await kintsugi(['fail'], { verbs: [failing(new TypeError('x is undefined'))] })
    expect(ran).toMatchObject({ code: 1 })
    expect(ran.err).toContain('KIN-9001 x is undefined')
    expect(ran.err).not.toContain('    at ')
  })

  it('prints an error as a document too when --json is given', async () => {
    const ran = await kintsugi(['say', '--nope', '--json'], { verbs: [said] })
    expect(JSON.parse(ran.out)).toMatchObject({ schemaVersion: 1, error: { code: 'KIN-1001' } })
  })
})

describe('output', () => {
  it('lets no text of others act on the terminal or forge a line', async () => {
    const ran = await kintsugi(['say', '--word', HOSTILE], { verbs: [said], terminal: true })
    expect(ran.out).toBe('a[31mb2Jc forged\n')
  })

  it('escapes in JSON what a terminal would act on, and loses nothing', async () => {
    const ran = await kintsugi(['say', '--json'], { verbs: [said] })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the absence of these is what is tested
    expect(ran.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(JSON.parse(ran.out).hostile).toBe(HOSTILE)
  })

  it('colours on a terminal only, and never with NO_COLOR', async () => {
    const bare = await kintsugi(['--help'])
    const terminal = await kintsugi(['--help'], { terminal: true })
    const plain = await kintsugi(['--help'], { terminal: true, env: { NO_COLOR: '1' } })
    expect(terminal.out).toContain('\u001b[1m')
    expect(plain.out).toBe(bare.out)
    expect(bare.out).not.toContain('\u001b')
  })

  it('keeps hints off stdout and out of --json', async () => {
    const ran = await kintsugi(['say', 'x'], { verbs: [said] })
    expect(ran).toMatchObject({ out: 'x\n', err: 'next: kintsugi say more\n' })
    expect((await kintsugi(['say', 'x', '--json'], { verbs: [said] })).err).toBe('')
  })
})

describe('a spinner', () => {
  const slow: Verb = {
    ...said,
    run: async ({ terminal }) => {
      await terminal.during('rendering', () => new Promise((done) => setTimeout(done, 250)))
      terminal.line('done')
      return 0
    },
  }

  it('turns on a terminal, on stderr, and leaves nothing behind', async () => {
    const { out, err } = await kintsugi(['say'], { verbs: [slow], terminal: true })
    expect(out).toBe('done\n')
    expect(err).toContain('rendering')
    expect(err).toMatch(/\r +\r$/)
  })

  it.each([
    ['elsewhere', ['say'], false],
    ['with --json', ['say', '--json'], true],
  ])('does not turn %s', async (_, argv, terminal) => {
    expect((await kintsugi(argv, { verbs: [slow], terminal })).err).toBe('')
  })
})

describe('help', () => {
  it.each([[[]], [['--help']], [['help']], [['-h']]])('shows every verb for %j', async (argv) => {
    const ran = await kintsugi(argv)
    expect(ran.code).toBe(0)
    for (const verb of verbs) expect(ran.out).toContain(verb.summary)
  })

  it.each(verbs.map((verb) => [verb.name, verb] as const))(
    'shows the examples of %s before its flags',
    async (_, verb) => {
      const words = verb.name.split(' ')
      const ran = await kintsugi([...words, '--help'])
      expect(ran.code).toBe(0)
      expect(ran.out.indexOf('Examples')).toBeGreaterThan(0)
      expect(ran.out.indexOf('Examples')).toBeLessThan(ran.out.indexOf('Flags'))
      for (const option of verb.options) expect(ran.out).toContain(`--${option.name}`)
      expect((await kintsugi(['help', ...words])).out).toBe(ran.out)
    },
  )

  it.each(verbs.map((verb) => [verb.name, verb] as const))(
    'has an example for %s that it can read itself',
    (_, verb) => {
      expect(verb.examples.length).toBeGreaterThan(0)
      for (const example of verb.examples) expect(example.command).toMatch(new RegExp(`^kintsugi ${verb.name}( |$)`))
    },
  )

  it('is a document with --json', async () => {
    const document = JSON.parse((await kintsugi(['--help', '--json'])).out)
    expect(document).toMatchObject({ schemaVersion: 1 })
    expect(document.verbs).toHaveLength(verbs.length)
  })
})

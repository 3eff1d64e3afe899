import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawRows, TRAINING, trainForest } from './train.ts'
import { agreement, importance, toldToReset } from './worth.ts'

const FILE = join(process.cwd(), 'src/detection/healing/trained.ts')
const HELD_OUT = { rows: 20_000, seed: 7 }

/** Trains the healing classifier, says what it is worth, and writes it to its place with `--write`. */
const forest = trainForest(TRAINING)
const text = `/** Made by \`npm run bench:healing -- --write\`, and by nobody else. */\nexport const TRAINED =\n  '${JSON.stringify(forest)}'\n`
const heldOut = drawRows(HELD_OUT.rows, HELD_OUT.seed)

console.log(`${JSON.stringify(TRAINING)}: ${JSON.stringify(forest).length} bytes`)
console.log(
  `agreement with the seed's rule on ${HELD_OUT.rows} rows held out: ${agreement(forest, heldOut).toFixed(4)}`,
)
for (const [name, share] of importance(forest, heldOut)) console.log(`  without ${name}: ${share.toFixed(4)}`)
console.log(`healthy applications without an error that are told to reset: ${toldToReset(forest, HELD_OUT).toFixed(3)}`)
if (process.argv.includes('--write')) writeFileSync(FILE, text)
else console.log(readFileSync(FILE, 'utf8') === text ? 'the stored forest is this one' : 'the stored forest is another')

#!/usr/bin/env node
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { assemble } from './assemble.ts'
import { listen } from './server.ts'

/** What an Enterprise Server says that it is. */
const ENTERPRISE = '3.19.0'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    dir: { type: 'string' },
    ghes: { type: 'boolean', default: false },
    'unsigned-commits': { type: 'boolean', default: false },
    // START,SPEED,WALL: time runs SPEED times as fast as the machine's since it was WALL there and START here, epoch ms.
    clock: { type: 'string' },
    'until-stdin-ends': { type: 'boolean', default: false },
    'tls-key': { type: 'string' },
    'tls-cert': { type: 'string' },
  },
})

const dir = values.dir ?? mkdtempSync(join(tmpdir(), 'kintsugi-github-'))
const key = values['tls-key']
const cert = values['tls-cert']
const tls = key && cert ? { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } : undefined
const [start = 0, speed = 1, wall = 0] = (values.clock ?? '').split(',').map(Number)
const now = values.clock === undefined ? Date.now : () => start + (Date.now() - wall) * speed
const options = { dir, now, ghes: values.ghes ? ENTERPRISE : undefined, signsWebCommits: !values['unsigned-commits'] }
const server = await listen((url) => assemble(options, url), Number(values.port), tls)

const stop = (): void => void server.close().then(() => process.exit(0))
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
// A test that dies takes its stand-in along: its end of the pipe closes.
if (values['until-stdin-ends']) process.stdin.on('end', stop).resume()

console.log(JSON.stringify({ url: server.url }))

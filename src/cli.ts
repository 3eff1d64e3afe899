#!/usr/bin/env node
import { processIo } from './cli/io.ts'
import { main } from './cli/main.ts'

// The YAML parser looks into process.env once for each token, and each look asks the process: a copy answers a twelfth sooner over all.
process.env = { ...process.env }

process.exitCode = await main(process.argv.slice(2), processIo())

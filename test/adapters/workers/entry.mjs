import { parentPort } from 'node:worker_threads'

// A worker that misbehaves as it is told.
const ways = {
  double: (values) => values.map((value) => value * 2),
  end: () => process.exit(3),
  stumble: () => {
    throw new Error('stumbled')
  },
  hang: () => {
    for (;;);
  },
}

parentPort.on('message', ({ id, name, job }) => {
  if (name === 'refuse') parentPort.postMessage({ id, problem: 'too hard' })
  else parentPort.postMessage({ id, result: ways[name](job) })
})

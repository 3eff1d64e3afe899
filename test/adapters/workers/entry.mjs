import { parentPort, threadId } from 'node:worker_threads'

// A worker that misbehaves as it is told.
const ways = {
  double: (values) => values.map((value) => value * 2),
  triple: (values) => values.map((value) => value * 3),
  thread: () => threadId,
  // Ends when as many threads as are wanted are in it at once.
  meet: ({ inside, wanted }) => {
    Atomics.add(inside, 0, 1)
    Atomics.notify(inside, 0)
    for (let now = Atomics.load(inside, 0); now < wanted; now = Atomics.load(inside, 0)) Atomics.wait(inside, 0, now)
    return threadId
  },
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

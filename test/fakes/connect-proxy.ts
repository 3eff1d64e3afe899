import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export type ConnectProxy = {
  readonly url: string
  /** `host:port` of every tunnel that was asked for. */
  readonly asked: readonly string[]
  /** Proxy-Authorization of every tunnel that was asked for. */
  readonly credentials: readonly (string | undefined)[]
  close(): Promise<void>
}

/** An HTTP proxy that knows CONNECT alone. `status`: what it answers to everybody; 200 opens the tunnel. `to`: where every tunnel leads. */
export async function connectProxy(status = 200, to?: { readonly port: number }): Promise<ConnectProxy> {
  const [asked, credentials]: [string[], (string | undefined)[]] = [[], []]
  const sockets = new Set<Socket>()
  const server: Server = createServer((_, response) => response.writeHead(405).end())
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('connect', (request, socket, head) => {
    const target = request.url ?? ''
    asked.push(target)
    credentials.push(request.headers['proxy-authorization'])
    socket.on('error', () => undefined)
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const far = connect(to?.port ?? Number(target.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      far.write(head)
      far.pipe(socket)
      socket.pipe(far)
    })
    far.on('error', () => socket.destroy())
    socket.on('close', () => far.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    credentials,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server of ours waits for at most, ms, and the longest head that it reads, bytes. */
export const LIMITS = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 15_000,
  maxHeaderSize: 8192,
}
export const MAX_CONNECTIONS = 64

/** Where a server listens. Port 0 takes any that is free. */
export type ListenAt = { readonly host: string; readonly port: number }

/** Gives `http://127.0.0.1:PORT`. Throws what the system says of an address that cannot be had. */
export async function listenAt(server: Server, { host, port }: ListenAt): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  // A server that listens on a port has an address of this form.
  const { address, family, port: taken } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`
}

/** Takes nothing more, and resolves when what is under way has ended. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

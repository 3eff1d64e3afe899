export { type Connecting, type DispatcherOptions, outboundDispatcher } from './dispatcher.ts'
export { outboundFetch } from './fetch.ts'
export { type Proxies, proxiesOf } from './proxies.ts'

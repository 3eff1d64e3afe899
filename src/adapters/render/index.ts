export { type CachingOptions, cachingRenderer } from './caching-renderer.ts'
export { type HelmRenderer, type HelmRendererOptions, helmRenderer } from './renderer.ts'

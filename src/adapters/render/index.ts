export { type HelmRenderer, type HelmRendererOptions, helmRenderer } from './renderer.ts'

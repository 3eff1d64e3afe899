/** As much of jsdom as mermaid is given; the package brings no types. */
declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string)
    readonly window: { readonly document: unknown }
  }
}

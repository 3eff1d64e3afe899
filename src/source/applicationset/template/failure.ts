/** A template that Argo CD would refuse, or one that needs what is not built here. Caught at the doors of this folder. */
export class TemplateFailure extends Error {
  override readonly name = 'TemplateFailure'
  /** The template may well work in Argo CD: a function of it is not known here. */
  readonly unsupported: boolean
  constructor(message: string, options: { readonly unsupported?: boolean } = {}) {
    super(message)
    this.unsupported = options.unsupported ?? false
  }
}

export function fail(message: string): never {
  throw new TemplateFailure(message)
}

export function unsupported(what: string): never {
  throw new TemplateFailure(what, { unsupported: true })
}

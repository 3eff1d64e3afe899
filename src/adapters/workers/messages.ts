/** What crosses the thread's border: structured clones, nothing shared. */
export type Asked = { readonly id: number; readonly name: string; readonly job: unknown }
export type Answered =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly problem: string }

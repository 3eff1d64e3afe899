/** Where something is written in Git. `repo` is `host/owner/name`, or a path's URL for a local repository; `revision` is 40 hex digits. */
export type SourceRef = {
  readonly repo: string
  readonly branch: string
  readonly revision: string
  readonly path: string
}

/**
 * The files of one commit: immutable, synchronous, binary-safe. Paths are relative, `/`-separated, without `.` or `..`.
 * Only regular files are listed by `paths`; a link or submodule is named by `special`, so that nothing follows it by accident.
 */
export interface Tree {
  /** Object id of the tree, or a digest of its content where there is no git. Equal trees have equal ids. */
  readonly oid: string
  /** Every regular file, in code point order. */
  paths(): readonly string[]
  /** The content, or undefined when there is no regular file there. */
  bytes(path: string): Uint8Array | undefined
  /** Id of the content, without reading it. */
  blob(path: string): string | undefined
  /** What stands at a path that is not a regular file. */
  special(path: string): 'symlink' | 'submodule' | undefined
  /** Every path that `special` names, where the tree can list them. */
  specials?(): readonly string[]
  /** Where the symbolic link at a path leads, as it is written in it; undefined for what is none, and where the tree cannot tell. */
  link?(path: string): string | undefined
}

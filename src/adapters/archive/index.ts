export { type Archive, type ArchiveCaps, type ArchiveEntry, readArchive } from './read-archive.ts'

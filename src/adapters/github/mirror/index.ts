export {
  MIRROR_LIMITS,
  type MirrorApi,
  type MirrorLimits,
  type MirrorOptions,
  type MirrorReport,
  mirrorOf,
} from './mirror.ts'

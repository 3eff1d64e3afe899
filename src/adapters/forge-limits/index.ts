export {
  type Bounds,
  isBranchName,
  isForbiddenPath,
  isPlainPath,
  isRevision,
  type Leaves,
  offerRefusalOf,
  type Refusal,
  refusalOf,
  refusalOn,
} from './limits.ts'

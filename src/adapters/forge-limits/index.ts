export {
  type Bounds,
  isBranchName,
  isForbiddenPath,
  isPlainPath,
  isRevision,
  type Leaves,
  type Refusal,
  refusalOf,
  refusalOn,
} from './limits.ts'

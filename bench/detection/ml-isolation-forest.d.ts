/** What we use of ml-isolation-forest 0.1.0, which has no types of its own. Read in its source. */
declare module 'ml-isolation-forest' {
  /** An inner node has both children and a split; a leaf has the rows that ended in it. */
  export type TreeNode = {
    readonly left?: TreeNode
    readonly right?: TreeNode
    readonly splitColumn?: number
    readonly splitValue?: number
    readonly trainingSet?: readonly (readonly number[])[]
  }

  export class IsolationForest {
    constructor(options?: { nEstimators?: number })
    nEstimators: number
    forest: TreeNode[]
    /** Only its length is read by `predict`. */
    trainingSet: { readonly length: number }
    train(trainingSet: readonly (readonly number[])[]): void
    predict(data: readonly (readonly number[])[]): number[]
  }
}

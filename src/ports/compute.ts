/** Runs a model's fit where it does not hold up the loop. `job` and the answer are structured-cloneable. */
export interface Compute {
  /** Throws only when the worker itself dies; a fit that refuses answers so in its result. */
  fit<Job, Result>(name: string, job: Job): Promise<Result>
  close(): Promise<void>
}

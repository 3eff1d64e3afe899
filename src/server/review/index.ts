export { changePage } from './change-page.ts'
export { diffOf } from './diff.ts'
export { MARK } from './frame.ts'
export {
  type ForgeReviewOptions,
  forgeActions,
  forgeReview,
  type PersonForge,
  type SyncedApplication,
} from './from-forge.ts'
export { Html, html } from './html.ts'
export type { ChangeModel, ChartModel, Frame, LeftAlone, Overview } from './model.ts'
export { type ChangeInput, chartOf, chartSignals, modelOf, trailersOf } from './of-pull.ts'
export { overviewPage } from './overview-page.ts'
export {
  type ActionResult,
  type ReviewActions,
  type ReviewOptions,
  type ReviewServer,
  type ReviewSource,
  reviewServer,
} from './server.ts'
export { STYLE } from './style.ts'

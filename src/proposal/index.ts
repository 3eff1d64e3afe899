export { branchOf } from '../domain/index.ts'
export { answerText, readAnswer } from './answer.ts'
export { type CheckText, checkText } from './check.ts'
export {
  conclusionText,
  type NoteKey,
  type NoteOptions,
  noteText,
  readNote,
  refusalText,
  sameNote,
  statusText,
  withdrawText,
} from './comments.ts'
export { DASHBOARD_TITLE, type DashboardState, dashboardText } from './dashboard.ts'
export { incidentId, publicId } from './identity.ts'
export { ONBOARDING_FILE, type OnboardingInput, writeOnboarding } from './onboarding.ts'
export { readAttempt } from './read.ts'
export { attemptRecord, type RecordInput } from './record.ts'
export { companionsFit } from './sections.ts'
export { loadTemplates, TEMPLATE_FILES, type Templates } from './template.ts'
export { code, fenced, link, type Markdown, prose } from './text.ts'
export { confidenceWords } from './words.ts'
export { type ProposalInput, type RevertInput, recordFits, writeProposal, writeRevert } from './write.ts'

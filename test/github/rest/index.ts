import type { Route } from '../exchange.ts'
import { checkRoutes } from './routes/checks.ts'
import { contentRoutes } from './routes/contents.ts'
import { historyRoutes } from './routes/history.ts'
import { issueRoutes } from './routes/issues.ts'
import { labelRoutes } from './routes/labels.ts'
import { objectRoutes } from './routes/objects.ts'
import { pullRoutes } from './routes/pulls.ts'
import { refRoutes } from './routes/refs.ts'
import { repositoryRoutes } from './routes/repositories.ts'
import { reviewRoutes } from './routes/reviews.ts'
import { teamRoutes } from './routes/teams.ts'

export { codeload } from './routes/contents.ts'

/** Every REST operation on repositories; those of the App itself, its hooks and limits belong to the process. */
export const ROUTES: readonly Route[] = [
  ...repositoryRoutes,
  ...refRoutes,
  ...objectRoutes,
  ...historyRoutes,
  ...contentRoutes,
  ...pullRoutes,
  ...reviewRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...checkRoutes,
  ...teamRoutes,
]

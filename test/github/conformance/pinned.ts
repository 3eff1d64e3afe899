/** A behaviour that only an App, or a fault, can bring about: pinned by a test of the stand-in alone. */
export type Pinned = {
  readonly says: string
  readonly source: string
  /** File below `test/github`. */
  readonly file: string
  /** Title of the test. */
  readonly test: string
}

const APPS = 'docs.github.com "Generating a JSON Web Token (JWT) for a GitHub App"'

export const PINNED: readonly Pinned[] = [
  {
    says: 'a JWT that ends in more than ten minutes is 401 with the words of actions/create-github-app-token#178',
    source: `${APPS}; actions/create-github-app-token#178, octokit/auth-app.js#698`,
    file: 'jwt.test.ts',
    test: 'is refused with %s',
  },
  {
    says: 'a JWT is signed with RS256 by a key of the App that its issuer names, by id or client id',
    source: APPS,
    file: 'jwt.test.ts',
    test: 'is refused of an unknown App, with another algorithm, and when one byte differs',
  },
  {
    says: 'a token of an installation lives for an hour',
    source:
      'docs.github.com "Generating an installation access token for a GitHub App"; OpenAPI apps/create-installation-access-token',
    file: 'auth.test.ts',
    test: 'gets a token for an hour with what the installation was granted',
  },
  {
    says: 'a token for more than was granted is 422',
    source: 'peter-murray/workflow-application-token-action#48; OpenAPI apps/create-installation-access-token',
    file: 'auth.test.ts',
    test: 'gets a token for less, and is refused one for more',
  },
  {
    says: 'a suspended installation is 403 with its own words, for its tokens and for new ones',
    source: 'octokit/octokit.rb#1307, mend/renovate-ce-ee#391',
    file: 'auth.test.ts',
    test: 'loses a token by revocation, by time, and while it is suspended',
  },
  {
    says: 'the code of a manifest holds for an hour and once; names are taken once and have at most 34 characters',
    source: 'docs.github.com "Registering a GitHub App from a manifest"; OpenAPI apps/create-from-manifest',
    file: 'auth.test.ts',
    test: 'sends the browser back with state and a code that holds once',
  },
  {
    says: 'an answer that did not change is 304 for its ETag and costs nothing of the primary limit',
    source: 'docs.github.com "Best practices for using the REST API", conditional requests',
    file: 'auth.test.ts',
    test: 'is 304 for its ETag and does not count',
  },
  {
    says: 'webhooks are signed with HMAC-SHA256 over their bytes',
    source: 'docs.github.com "Validating webhook deliveries"',
    file: 'webhooks.test.ts',
    test: "is signed over its bytes and says whose it is in GitHub's headers",
  },
  {
    says: 'a failed delivery is not sent again by itself; by hand it keeps its X-GitHub-Delivery',
    source: 'docs.github.com "Handling failed webhook deliveries", "Best practices for using webhooks"',
    file: 'webhooks.test.ts',
    test: 'drops what the log then shows as failed, and a redelivery brings it under its guid',
  },
  {
    says: 'a delivery that is not answered within 10 s has failed',
    source: 'docs.github.com "Handling failed webhook deliveries"',
    file: 'webhooks.test.ts',
    test: 'says what the App answered, and that it was late',
  },
  {
    says: 'deliveries can be seen and sent again for three days',
    source: 'docs.github.com "Redelivering webhooks"',
    file: 'webhooks.test.ts',
    test: 'is kept for three days, and is that of no other App',
  },
  {
    says: 'an installation has 5,000 requests and 5,000 points of GraphQL an hour; GraphQL says RATE_LIMITED with 200',
    source: 'docs.github.com "Rate limits for the REST API", "Rate limits and query limits for the GraphQL API"',
    file: 'limits.test.ts',
    test: 'say RATE_LIMITED with 200 in GraphQL',
  },
  {
    says: '80 requests a minute and 500 an hour may make content; reads cost one point, writes five, of 900 and 2,000 a minute',
    source: 'docs.github.com "Rate limits for the REST API", secondary rate limits',
    file: 'limits.test.ts',
    test: 'refuse the 81st write of a minute and the 501st of an hour, and let reads pass',
  },
  {
    says: 'a check run holds 65,535 characters of summary and of text, and as many bytes; 50 annotations at once',
    source:
      'reviewdog/action-rubocop#67, github/docs#35252 (bytes), graphql-hive/graphql-inspector#1840; OpenAPI checks/create',
    file: 'sizes.test.ts',
    test: "refuse one more, in GitHub's words",
  },
  {
    says: 'a 502, a reset or a time-out says nothing about whether the write was done',
    source: 'googleapis/code-suggester#397; octokit/plugin-retry.js on 5xx',
    file: 'pipeline.test.ts',
    test: 'meet %s',
  },
  {
    says: 'a pull request tells who put it into the merge queue and who took it out; the queue itself is no account of a person',
    source: 'SDL AddedToMergeQueueEvent, RemovedFromMergeQueueEvent; docs.github.com "Managing a merge queue"',
    file: 'waiting-merges.test.ts',
    test: 'the timeline says who put it in, and who or what took it out',
  },
  {
    says: 'a push moves a branch by the rules of its rulesets, with a token as the password',
    source: 'docs.github.com "Authenticating as a GitHub App installation", HTTP-based Git access',
    file: 'git-http.test.ts',
    test: 'refuses what is not a fast forward, and what a ruleset forbids',
  },
]

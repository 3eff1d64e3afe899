import { accountForm, htmlRoot, iso } from '../../auth/forms.ts'
import { nodeId } from '../../graphql/node-ids.ts'
import { openPulls } from '../../world/pulls.ts'
import type { Repository } from '../../world/repositories.ts'
import type { World } from '../../world/world.ts'

/** Addresses that GitHub writes as templates, by the name of their field. */
const TEMPLATES: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
}

export const apiOf = (repo: Repository, root: string): string => `${root}/repos/${repo.owner}/${repo.name}`
export const webOf = (repo: Repository, root: string): string => `${htmlRoot(root)}/${repo.owner}/${repo.name}`

export function repositoryForm(world: World, repo: Repository, root: string) {
  const api = apiOf(repo, root)
  const web = webOf(repo, root)
  const owner = world.accounts.get(repo.owner)
  if (!owner) throw new Error(`repository ${repo.id} has no owner`)
  const open =
    openPulls(repo).length +
    [...repo.threads.values()].filter((one) => one.kind === 'issue' && one.state === 'open').length
  return {
    id: repo.id,
    node_id: nodeId('Repository', repo.id),
    name: repo.name,
    full_name: `${repo.owner}/${repo.name}`,
    owner: accountForm(owner, root),
    private: repo.private,
    visibility: repo.private ? 'private' : 'public',
    html_url: web,
    url: api,
    description: repo.description ?? null,
    fork: false,
    ...Object.fromEntries(Object.entries(TEMPLATES).map(([name, path]) => [name, `${api}${path}`])),
    clone_url: `${web}.git`,
    git_url: `${web}.git`,
    ssh_url: `git@localhost:${repo.owner}/${repo.name}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    topics: [],
    forks: 0,
    forks_count: 0,
    network_count: 0,
    subscribers_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 0,
    default_branch: repo.defaultBranch,
    open_issues: open,
    open_issues_count: open,
    is_template: false,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: repo.archived,
    disabled: false,
    pushed_at: iso(repo.pushedAt),
    created_at: iso(repo.createdAt),
    updated_at: iso(repo.pushedAt),
    ...repo.settings,
  }
}

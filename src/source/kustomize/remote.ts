const KNOWN_HOSTS = /^(?:github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com|ssh\.dev\.azure\.com)[/:]/

/** Whether kustomize would fetch this: a URL, a git address, or a path with a git query. Nothing here ever fetches. */
export function isRemote(text: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ||
    /^(?:git::|gh:)/.test(text) ||
    /^[\w.-]+@[\w.-]+:/.test(text) ||
    KNOWN_HOSTS.test(text) ||
    /[?&](?:ref|version|timeout|submodules)=/.test(text) ||
    text.includes('.git//') ||
    /^[\w-]+(?:\.[\w-]+)+\/.+(?:\.git(?:\/|$)|_git\/)/.test(text)
  )
}

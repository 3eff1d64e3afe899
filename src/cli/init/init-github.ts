import type { Verb } from '../verb.ts'

export const initGithub: Verb = {
  name: 'init github',
  summary: 'make the GitHub App, on your machine and with your own rights',
  examples: [
    {
      says: 'an App of an organisation; its credentials become a Secret by your own kubeconfig',
      command: 'kintsugi init github --organization example --apply --namespace kintsugi',
    },
    {
      says: 'an App of your own account; its credentials become files that only you can read',
      command: 'kintsugi init github --out kintsugi-app',
    },
    {
      says: 'with webhooks, on a GitHub Enterprise Server; the Secret as YAML on stdout',
      command:
        'kintsugi init github --host github.example.com --organization example --webhook-url https://kintsugi.example.com/webhooks --print',
    },
  ],
  options: [
    {
      name: 'organization',
      value: 'NAME',
      says: 'the organisation that owns the App; your own account where left out',
    },
    { name: 'host', value: 'HOST', says: 'a GitHub Enterprise Server; github.com where left out' },
    {
      name: 'name',
      value: 'NAME',
      says: 'name of the App, at most 34 characters, not yet taken; kintsugi-OWNER where left out',
    },
    {
      name: 'webhook-url',
      value: 'URL',
      says: 'where GitHub sends webhooks; without it, Kintsugi only asks and is never called',
    },
    { name: 'apply', says: 'create the Secret in the cluster, with the rights of your kubeconfig' },
    { name: 'out', value: 'DIR', says: 'write the credentials into a new folder, readable by you alone' },
    { name: 'print', says: 'print the Secret as YAML on stdout' },
    { name: 'namespace', value: 'NAME', short: 'n', says: 'namespace of the Secret; kintsugi where left out' },
    { name: 'secret', value: 'NAME', says: 'name of the Secret; kintsugi-github where left out' },
    { name: 'context', value: 'NAME', says: 'context of the kubeconfig, with --apply' },
    { name: 'replace', says: 'put new credentials into a Secret that exists, with --apply' },
    { name: 'no-open', says: 'do not open a browser; the address is printed' },
  ],
  async run(context) {
    const { runInit } = await import('./run-init.ts')
    return runInit(context)
  },
}

import { mapped, type Reader, string } from '../policy/index.ts'

export const word = string({
  pattern: /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/,
  form: 'a name such as prod-eu',
  longest: 63,
})

export const path = string({ form: 'a path of a file', longest: 4096 })

export const url: Reader<string> = mapped(string({ form: 'a URL', longest: 2048 }), (value) => {
  if (!URL.canParse(value)) return { problem: 'expected a URL such as https://prometheus.example.com' }
  const { protocol, username, password } = new URL(value)
  if (username !== '' || password !== '') return { problem: 'a URL holds no credentials here; name a tokenFile' }
  const isWeb = protocol === 'https:' || protocol === 'http:'
  return isWeb ? { value } : { problem: `expected a URL that begins with https:// or http://, found ${protocol}//` }
})

/** What people open. Links to what is on it get a path and a query of their own. */
export const page: Reader<string> = mapped(url, (value) => {
  const { search, hash } = new URL(value)
  return search + hash === ''
    ? { value: value.replace(/\/+$/, '') }
    : { problem: 'expected a page without a query, such as https://prometheus.example.com' }
})

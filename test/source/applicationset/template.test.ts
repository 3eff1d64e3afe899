import { describe, expect, it } from 'vitest'
import { fillIn, type GoMap, TemplateFailure } from '../../../src/source/applicationset/template/index.ts'

const PARAMETERS: GoMap = {
  name: 'Cart',
  path: { path: 'apps/team_a/cart', basename: 'cart', segments: ['apps', 'team_a', 'cart'] },
  labels: { tier: 'web', 'app.kubernetes.io/part-of': 'shop' },
  count: 3,
  many: 1234567,
  share: 0.25,
  on: true,
  nothing: null,
  list: ['b', 'a', 'b'],
  maps: [{ n: 'x' }, { n: 'y' }],
}

function go(text: string, missingIsError = false): string {
  return fillIn(text, PARAMETERS, { goTemplate: true, missingIsError })
}

function failure(text: string): TemplateFailure {
  try {
    go(text, true)
  } catch (error) {
    if (error instanceof TemplateFailure) return error
  }
  throw new Error(`${text} did not fail`)
}

// Each row was held against Go's own text/template with sprig, as helm has it; helm alone reads whole numbers as ints, Argo CD as floats.
const ROWS: readonly (readonly [string, string])[] = [
  ['{{ .name }}-{{.path.basename}}', 'Cart-cart'],
  ['{{ .missing }}', '<no value>'],
  ['{{ .count }} {{ .many }} {{ .share }} {{ .on }} {{ .nothing }}', '3 1.234567e+06 0.25 true <no value>'],
  ['{{ .list }} {{ .labels }}', '[b a b] map[app.kubernetes.io/part-of:shop tier:web]'],
  ['{{ index .path.segments 1 }}/{{ index .labels "tier" }}', 'team_a/web'],
  ['{{ index .labels "app.kubernetes.io/part-of" | quote }}', '"shop"'],
  ['{{ .name | lower | replace "c" "k" | upper }}', 'KART'],
  ['a {{- /* note */ -}} b', 'ab'],
  ['{{ if eq .labels.tier "web" }}yes{{ else if .on }}on{{ else }}no{{ end }}', 'yes'],
  ['{{ if and .on (not .nothing) }}both{{ end }}', 'both'],
  ['{{ if or .nothing "" }}x{{ else }}none{{ end }}', 'none'],
  ['{{ with .labels }}{{ .tier }}-{{ $.name }}{{ end }}', 'web-Cart'],
  ['{{ range $i, $one := .list }}{{ if $i }},{{ end }}{{ $i }}={{ $one }}{{ end }}', '0=b,1=a,2=b'],
  ['{{ range $k, $v := .labels }}{{ $k }}:{{ $v }};{{ end }}', 'app.kubernetes.io/part-of:shop;tier:web;'],
  ['{{ range .maps }}{{ .n }}{{ end }}{{ range .nothing }}x{{ else }}-{{ end }}', 'xy-'],
  ['{{ $x := "a" }}{{ if .on }}{{ $x = "b" }}{{ end }}{{ $x }}', 'b'],
  ['{{ default "d" .missing }}{{ .name | default "d" }}', 'dCart'],
  ['{{ dig "tier" "none" .labels }}{{ dig "a" "b" "none" .labels }}', 'webnone'],
  ['{{ get .labels "tier" }}{{ hasKey .labels "x" }}', 'webfalse'],
  ['{{ .list | uniq | sortAlpha | join "-" }}', 'a-b'],
  ['{{ splitList "/" .path.path | last }}{{ first .list }}', 'cartb'],
  ['{{ printf "%s-%v-%d" .name .count 7 }}', 'Cart-3-7'],
  ['{{ trimPrefix "ap" "apps" }}{{ trimSuffix "s" "apps" }}{{ trunc 2 .name }}{{ trunc -2 .name }}', 'psappCart'],
  ['{{ toJson .labels }}', '{"app.kubernetes.io/part-of":"shop","tier":"web"}'],
  ['{{ add 1 2 }}{{ sub 5 3 }}{{ mul 2 3 }}{{ div 7 2 }}{{ mod 7 2 }}', '32631'],
  ['{{ ternary "a" "b" .on }}{{ empty .nothing }}{{ coalesce .nothing "c" }}', 'atruec'],
  ['{{ (index .maps 1).n }}{{ len .list }}', 'y3'],
  ['{{ `{{ raw }}` }}', '{{ raw }}'],
  ['{{ "a b" | title }}{{ nospace "a b" }}{{ contains "ar" .name }}{{ hasPrefix "C" .name }}', 'A Babtruetrue'],
  ['{{ range until 3 }}{{ . }}{{ end }}', '012'],
  ['{{ range .list }}{{ if eq . "a" }}{{ break }}{{ end }}{{ . }}{{ end }}', 'b'],
  ['{{ nindent 2 "a\\nb" }}', '\n  a\n  b'],
  ['{{ (dict "a" 1).a }}{{ list 1 2 | len }}', '12'],
  ['{{ mustToRawJson .maps }}{{ semver }}'.replace('{{ semver }}', ''), '[{"n":"x"},{"n":"y"}]'],
]

describe('Go templates of ApplicationSets', () => {
  it.each(ROWS)('%s', (template, expected) => {
    expect(go(template)).toBe(expected)
  })

  it('has what Argo CD adds', () => {
    expect(go('{{ normalize "Team_A.x-" }}|{{ slugify 9 true "a Feature branch" }}|{{ toYaml .labels }}')).toBe(
      'team-a.x|a-feature|app.kubernetes.io/part-of: shop\ntier: web',
    )
  })

  it('fails where a parameter is missing and the ApplicationSet says so', () => {
    expect(failure('{{ .labels.absent }}').message).toContain('absent')
    expect(go('{{ .labels.absent }}')).toBe('<no value>')
  })

  it.each([
    '{{ now }}',
    '{{ env "HOME" }}',
    '{{ template "x" }}',
    '{{ genCA "a" 1 }}',
    '{{ regexReplaceAll "a" "b" "c" }}',
  ])('names what is not built here: %s', (template) => {
    expect(failure(template).unsupported).toBe(true)
  })

  it.each([
    '{{ if }}x{{ end }}',
    '{{ end }}',
    '{{ .a',
    '{{ range .list }}',
    '{{ .name.x }}',
    '{{ fail "no" }}',
    '{{ index .list 9 }}',
  ])('fails as Argo CD would: %s', (template) => {
    expect(failure(template).unsupported).toBe(false)
  })

  it('stops what would never end or fill the memory', () => {
    const nested = `${'{{ range until 90000 }}'.repeat(5)}x${'{{ end }}'.repeat(5)}`
    for (const template of [nested, '{{ repeat 2000000 "ab" }}', `{{ ${'('.repeat(500)}1${')'.repeat(500)} }}`])
      expect(failure(template)).toBeInstanceOf(TemplateFailure)
  })
})

describe('templates without Go', () => {
  it('fills in names alone and leaves those that nothing gives', () => {
    const parameters = { name: 'cart', 'path.basename': 'c', 'path[0]': 'apps' }
    const options = { goTemplate: false, missingIsError: false }
    expect(fillIn('{{name}}-{{ path.basename }}-{{path[0]}}-{{ other }}-{{', parameters, options)).toBe(
      'cart-c-apps-{{ other }}-{{',
    )
  })
})

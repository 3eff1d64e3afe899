/** A repository of a platform team: five Applications of one vendored chart among some two thousand other files. */
export type Files = Readonly<Record<string, string>>

export const APPLICATIONS = ['cart', 'catalog', 'checkout', 'mail', 'web'] as const

const OTHERS = 2000
const TEMPLATES = 40

function chart(): Files {
  const rows = Array.from({ length: TEMPLATES }, (_, index): [string, string] => [
    `charts/service/templates/part-${index}.yaml`,
    `{{- if .Values.part${index} }}\nkind: ConfigMap\nmetadata: {name: part-${index}}\n{{- end }}\n`,
  ])
  return Object.fromEntries([['charts/service/Chart.yaml', 'apiVersion: v2\nname: service\nversion: 1.0.0\n'], ...rows])
}

export function valuesOf(memory: string): string {
  return `image: {tag: 1.4.2}\nresources:\n  limits:\n    memory: ${memory}\n`
}

export function repositoryFiles(): Files {
  const applications = APPLICATIONS.flatMap((name): [string, string][] => [
    [`apps/${name}/values.yaml`, valuesOf('32Mi')],
    [
      `applications/${name}.yaml`,
      `kind: Application\nmetadata: {name: ${name}}\nspec: {source: {path: charts/service}}\n`,
    ],
  ])
  const others = Array.from({ length: OTHERS }, (_, index): [string, string] => [
    `clusters/c${index % 20}/namespaces/n${index % 100}/object-${index}.yaml`,
    `kind: ConfigMap\nmetadata: {name: object-${index}}\ndata:\n  text: "${'lorem ipsum '.repeat(20)}${index}"\n`,
  ])
  return { ...chart(), ...Object.fromEntries([...applications, ...others]) }
}

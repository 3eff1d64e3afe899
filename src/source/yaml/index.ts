export { YAML_CAPS } from './caps.ts'
export { linesOf, positionIn, readYaml, type YamlDocument, type YamlRead } from './read.ts'
export { type Dialect, numberOf, plainScalar } from './scalar.ts'

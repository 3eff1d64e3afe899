import type { FieldSpec } from './field-spec.ts'
import { type Files, type ParsedFile, parseBytes } from './files.ts'
import type { Kustomization } from './kustomization.ts'
import { fieldSpecOf } from './labels.ts'
import { applyPatch } from './patches.ts'
import { unsupported } from './refusal.ts'
import type { Resource } from './resource.ts'
import { setTexts } from './simple-transforms.ts'
import { Written } from './written.ts'

/**
 * `transformers`: settings of builtin ones, in files or inline, after everything else of the kustomization. Labels, annotations and
 * patches are built; the others, and plugins, are refused by name.
 */
export function applyTransformers(list: Resource[], kustomization: Kustomization, files: Files): void {
  for (const { text, at } of kustomization.fields.get('transformers').texts())
    for (const one of transformersIn(text, at, kustomization.dir, files)) apply(list, one, kustomization, files)
}

function transformersIn(text: string, at: string, dir: string, files: Files): readonly Written[] {
  if (text.includes('\n')) {
    const file = parseBytes(new TextEncoder().encode(text), `${at} (transformer)`, 'settings')
    return written(file, at, () => Number(at.slice(at.lastIndexOf(':') + 1)))
  }
  const path = files.resolve(dir, text, at)
  if (files.isDirectory(path)) throw unsupported(`${at}: transformers of a directory are not built here`)
  const { file } = files.parsed(dir, text, 'transformer', at, 'settings')
  return written(file, path, (line) => line)
}

function written(file: ParsedFile, path: string, lineOf: (line: number) => number): readonly Written[] {
  return file.documents
    .filter(({ empty }) => !empty)
    .map(({ value, line }) => new Written(value, [], { file: path.replace(/:\d+$/, ''), lineOf: () => lineOf(line) }))
}

function apply(list: Resource[], settings: Written, kustomization: Kustomization, files: Files): void {
  const kind = settings.get('kind').text()
  if (settings.get('apiVersion').text() !== 'builtin') throw unsupported(`${settings.at}: ${kind} is a plugin`)
  if (kind === 'LabelTransformer') setTexts(list, settings.get('labels').textMap(), specsOf(settings))
  else if (kind === 'AnnotationsTransformer') setTexts(list, settings.get('annotations').textMap(), specsOf(settings))
  else if (kind === 'PatchTransformer') applyPatch(list, settings, kustomization, files)
  else throw unsupported(`${settings.at}: the transformer ${kind} is not built here`)
}

function specsOf(settings: Written): readonly FieldSpec[] {
  return settings.get('fieldSpecs').items().map(fieldSpecOf)
}

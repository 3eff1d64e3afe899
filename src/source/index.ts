export { baseOf, type ParsedApplication, parseApplication } from './application.ts'
export { type BisectInput, type BisectOutcome, bisect, type Cause, type Unrendered } from './bisect.ts'
export { type ContainerFacts, containersOf } from './containers.ts'
export {
  applicationsWritten,
  type Discovery,
  type DiscoveryInput,
  discover,
  type NotResolved,
  type WrittenApplications,
} from './discovery/index.ts'
export { type EditInput, edit } from './edit.ts'
export { type EditableField, editableFields } from './editable-fields.ts'
export { type FieldPlace, fieldPlace } from './field-place.ts'
export { checkValue, sameValue, valueKind } from './fields.ts'
export { formatImage, type ImageReference, parseImage } from './image.ts'
export { type LocateInput, type LocateResult, locate } from './locate.ts'
export {
  type ApplicationMap,
  type MapInput,
  type MappedField,
  type MappedObject,
  mapApplication,
} from './map.ts'
export type { InputKind, MappedInput, MappedSource } from './map-inputs.ts'
export { likelihood, mayRender } from './may-render.ts'
export type { Moment } from './moments.ts'
export { type RenderedApplication, type RenderRefusal, renderApplication } from './render.ts'
export { repositoryKey } from './repository.ts'
export type { RenderDeps, Sources } from './resolve.ts'
export { type FilesInput, proveFiles } from './restore.ts'
export { type Root, rootsOf } from './roots.ts'
export { siblingsOf } from './siblings.ts'
export { type DirectoryAsked, directoryApplication, releaseNameOf } from './synthetic.ts'
export type { TakenBack } from './take-back.ts'
export { findObject, type RenderedObject, type Target } from './target.ts'
export { bytesIfReadable, changedTree, isDirectory, joinPath, memoryTree } from './tree.ts'
export { readYaml, type YamlRead } from './yaml/index.ts'

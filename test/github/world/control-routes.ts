import { codeControls } from './control/code.ts'
import { peopleControls } from './control/people.ts'
import { stateOf } from './control/state.ts'
import { talkControls } from './control/talk.ts'
import type { World } from './world.ts'

/** What tests do to the world past GitHub's own doors, by name: `POST /_stand-in/do/<name>` with its input as JSON. */
export const WORLD_CONTROLS = {
  ...peopleControls,
  ...codeControls,
  ...talkControls,
  state: stateOf,
}

export type WorldControls = typeof WORLD_CONTROLS
export type ControlName = keyof WorldControls
export type ControlInput<Name extends ControlName> = Parameters<WorldControls[Name]>[1]
export type ControlOutput<Name extends ControlName> = Awaited<ReturnType<WorldControls[Name]>>

export function isControl(name: string): name is ControlName {
  return Object.hasOwn(WORLD_CONTROLS, name)
}

/** Does it under the world's lock. */
export function control(world: World, name: ControlName, input: unknown): Promise<unknown> {
  // The cast: inputs come from the typed client in control.ts, which is made of the same table.
  const act = WORLD_CONTROLS[name] as (world: World, input: unknown) => unknown
  return world.exclusive(async () => act(world, input))
}

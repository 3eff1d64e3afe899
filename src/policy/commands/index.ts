export { leastRole, type May, mayCommand, type Standing } from './may.ts'
export { type Asked, COMMAND_HELP, parseCommand } from './parse.ts'
export { type AnswerOn, type Wishes, wishesOf } from './state.ts'

export { openRecording, type Recording } from './read-recording.ts'
export { type Recorder, recordInto } from './write-recording.ts'

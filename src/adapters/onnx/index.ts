export { openOnnx } from './open-onnx.ts'

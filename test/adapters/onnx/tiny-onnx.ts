// Just enough of protocol buffers to write the smallest model there is: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}

function number(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)]
}

function bytes(field: number, content: readonly number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(content.length), ...content]
}

function text(field: number, value: string): number[] {
  return bytes(field, [...new TextEncoder().encode(value)])
}

const FLOAT = 1

function valueInfo(name: string, shape: readonly (number | string)[]): number[] {
  const dims = shape.flatMap((size) => bytes(1, typeof size === 'number' ? number(1, size) : text(2, size)))
  return [...text(1, name), ...bytes(2, bytes(1, [...number(1, FLOAT), ...bytes(2, dims)]))]
}

/** An .onnx model that halves what it is given: Mul by a constant 0.5, one input and one output of this shape. */
export function halvingModel(shape: readonly (number | string)[]): Uint8Array {
  const half = [...number(2, FLOAT), ...text(8, 'half'), ...bytes(9, [...new Uint8Array(Float32Array.of(0.5).buffer)])]
  const node = [...text(1, 'x'), ...text(1, 'half'), ...text(2, 'y'), ...text(4, 'Mul')]
  const graph = [
    ...bytes(1, node),
    ...text(2, 'half'),
    ...bytes(5, half),
    ...bytes(11, valueInfo('x', shape)),
    ...bytes(12, valueInfo('y', shape)),
  ]
  const opset = number(2, 14)
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, opset)])
}

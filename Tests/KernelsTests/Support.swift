import Tensors
import XCTest

/// Keeps buffers alive until the process ends: kernels see their pointers only.
nonisolated(unsafe) private var retained: [FloatBuffer] = []

/// A buffer of `count` floats, zero or filled with `value`.
func buffer(_ count: Int, filledWith value: Float = 0) -> FloatBuffer {
  let buffer = FloatBuffer(count: count)
  if value != 0 { buffer.values.update(repeating: value) }
  retained.append(buffer)
  return buffer
}

/// Random doubles that are exactly floats, in [−1, 1).
func randomValues(_ count: Int, seed: UInt64, scale: Double = 1) -> [Double] {
  var random = CounterRandom(seed: seed, purpose: .synthetic)
  return (0..<count).map { _ in Double(Float(random.uniform(in: -1...1) * scale)) }
}

/// A buffer `[rows, C]` with padded rows that holds dense values.
func padded(_ values: [Double], channels: Int) -> FloatBuffer {
  let stride = channelStride(channels)
  let buffer = buffer(values.count / max(channels, 1) * stride)
  for (i, value) in values.enumerated() {
    buffer.start[i / channels * stride + i % channels] = Float(value)
  }
  return buffer
}

/// A dense buffer.
func dense(_ values: [Double]) -> FloatBuffer {
  let buffer = buffer(values.count)
  for (i, value) in values.enumerated() { buffer.start[i] = Float(value) }
  return buffer
}

/// The dense values `[rows, C]` of a padded buffer.
func values(_ buffer: FloatBuffer, rows: Int, channels: Int) -> [Double] {
  (0..<rows * channels).map {
    Double(buffer.start[$0 / channels * channelStride(channels) + $0 % channels])
  }
}

/// Fails where two arrays differ by more than `tolerance` times the largest expected value.
func assertClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double, _ message: String = "",
  file: StaticString = #filePath, line: UInt = #line
) {
  XCTAssertEqual(actual.count, expected.count, message, file: file, line: line)
  let scale = expected.map(abs).max() ?? 0
  for (i, (a, e)) in zip(actual, expected).enumerated() where !(abs(a - e) <= tolerance * scale) {
    XCTFail("\(message): [\(i)] is \(a), expected \(e)", file: file, line: line)
    return
  }
}

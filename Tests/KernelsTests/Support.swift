import Kernels
import Tensors
import XCTest

/// Keeps buffers alive until ``releaseBuffers``: kernels see their pointers only.
nonisolated(unsafe) private var retained: [FloatBuffer] = []

/// Frees the buffers of a case.
func releaseBuffers() { retained.removeAll() }

/// What the padding behind channels holds: finite, as promised to kernels, and large enough to show
/// in any result that it reaches.
let paddingValue: Float = 1000

/// A buffer of `count` floats, zero or filled with `value`.
func buffer(_ count: Int, filledWith value: Float = 0) -> FloatBuffer {
  guard let buffer = try? FloatBuffer(count: count) else {
    preconditionFailure("no memory for \(count) floats")
  }
  if value != 0 { buffer.values.update(repeating: value) }
  retained.append(buffer)
  return buffer
}

/// Random doubles that are exactly floats, in [−1, 1).
func randomValues(_ count: Int, seed: UInt64, scale: Double = 1) -> [Double] {
  var random = CounterRandom(seed: seed, purpose: .synthetic)
  return (0..<count).map { _ in Double(Float(random.uniform(in: -1...1) * scale)) }
}

/// A dense buffer.
func dense(_ values: [Double]) -> FloatBuffer {
  let buffer = buffer(values.count)
  for (i, value) in values.enumerated() { buffer.start[i] = Float(value) }
  return buffer
}

/// The first `count` floats of a dense buffer.
func values(_ buffer: FloatBuffer, count: Int) -> [Double] {
  (0..<count).map { Double(buffer.start[$0]) }
}

/// The two layouts of pixels.
enum Layout: CaseIterable {
  case rows, planes

  /// Dense values `[pixels, C]` in this layout.
  func pixels(_ values: [Double], channels: Int) -> Pixels {
    let pixels = place(buffer(values.count / channels * channelStride(channels)), channels)
    pixels.write(values, channels: channels, padding: paddingValue)
    return pixels
  }

  /// Room for `count` pixels, not a number yet.
  func room(for count: Int, channels: Int) -> Pixels {
    place(buffer(count * channelStride(channels), filledWith: .nan), channels)
  }

  private func place(_ buffer: FloatBuffer, _ channels: Int) -> Pixels {
    switch self {
    case .rows: .rows(buffer.start, channels: channels)
    case .planes: .planes(buffer.start, pixels: buffer.count / channelStride(channels))
    }
  }
}

/// One value a channel, padded to the stride.
func vector(_ values: [Double]) -> UnsafeMutablePointer<Float> {
  Layout.rows.pixels(values, channels: values.count).start
}

/// The products xᵀdz of an expansion as pixels: their panels lie like planes with a pixel for each
/// input channel.
func productPanels(_ products: FloatBuffer, channels: Int) -> Pixels {
  .planes(products.start, pixels: products.count / channelStride(channels))
}

/// The real channels of payloads of doubles, whose channels are padded to the stride.
func channelValues(_ payload: some Sequence<Double>, channels: Int) -> [Double] {
  payload.enumerated().filter { $0.offset % channelStride(channels) < channels }.map(\.element)
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

/// Fails where `pixels` differ from dense values, or where their padding is not finite.
func assertClose(
  _ pixels: Pixels, _ expected: [Double], channels: Int, tolerance: Double, _ message: String = "",
  file: StaticString = #filePath, line: UInt = #line
) {
  let count = expected.count / channels
  assertClose(
    pixels.values(count: count, channels: channels), expected, tolerance: tolerance, message,
    file: file, line: line)
  XCTAssertTrue(
    pixels.values(count: count, channels: channelStride(channels)).allSatisfy(\.isFinite),
    "\(message): padding", file: file, line: line)
}

/// Fails where two arrays differ in a bit.
func assertSameBits(
  _ actual: [Double], _ expected: [Double], _ message: String = "",
  file: StaticString = #filePath, line: UInt = #line
) {
  XCTAssertEqual(actual.count, expected.count, message, file: file, line: line)
  let wrong = zip(actual, expected).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }
  guard let wrong else { return }
  XCTFail(
    "\(message): [\(wrong.offset)] is \(wrong.element.0), expected \(wrong.element.1) to the bit",
    file: file, line: line)
}

/// The covariance of dense pixels `[pixels, C]`, gathered tile by tile.
func covariance(_ x: [Double], channels: Int) -> [Double] {
  var payload = [Double](repeating: 0, count: InputCovariance.size(channels: channels))
  let rows = Layout.rows.pixels(x, channels: channels)
  let scratch = buffer(InputCovariance.scratchSize(channels: channels), filledWith: .nan)
  let count = x.count / channels
  for first in stride(from: 0, to: count, by: PixelProduct.tileRows) {
    InputCovariance.accumulate(
      into: &payload, channels: channels, rows.dropping(first).start,
      rows: min(PixelProduct.tileRows, count - first), scratch: scratch.start)
  }
  return payload
}

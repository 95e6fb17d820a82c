import Tensors

/// Resizes pictures, or parts of them, as Pillow's `Image.resize(size, resample, box)` does.
///
/// Each axis is a sum of weighted pixels ("antialiased"): first along the rows, for those rows only
/// that are needed, then along the columns, rounded to 8 bits after either. Sums are of floats
/// where Pillow's have 22 fractional bits: a channel may differ by 1 of 255 where a sum lies
/// half-way.
///
/// One thread at a time may use a resizer. It keeps its memory, and its weights for as long as the
/// geometry stays the same.
public final class ImageResizer {
  private typealias Vector = SIMD16<Float>

  private var columns: ResamplingWeights?
  private var rows: ResamplingWeights?
  /// Some source rows side by side, a vector for each column: four rows of four channels, the
  /// fourth without meaning, or sixteen rows of one.
  private let interleaved = FloatScratch()
  /// The source rows that are needed, with the width of the result, `[rows, lineLength]`.
  private let narrowed = FloatScratch()
  /// One row of the result.
  private let line = FloatScratch()
  /// Floats from row to row of `narrowed`: whole vectors, with at least one float to spare.
  private var lineLength = 0

  /// A resizer without memory.
  public init() {}

  /// Makes `target` a picture of `height` × `width` pixels that shows a part of `source`.
  ///
  /// - Parameters:
  ///   - source: A picture with at least one pixel.
  ///   - box: The part of it, not empty and within the picture; pixels around it count where a
  ///     filter reaches them.
  ///   - height: Pixels of the result from top to bottom, at least 1.
  ///   - width: Pixels of the result from left to right, at least 1.
  ///   - filter: How pixels are weighed.
  ///   - target: Receives the result, with as many channels as `source`; another picture.
  public func resize(
    _ source: PixelImage, box: ImageBox, height: Int, width: Int, filter: ResizeFilter,
    into target: PixelImage
  ) {
    precondition(height > 0 && width > 0, "a picture cannot be resized to \(width) × \(height)")
    precondition(
      box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0
        && box.x + box.width <= Double(source.width)
        && box.y + box.height <= Double(source.height),
      "\(box) is not within a picture of \(source.width) × \(source.height)")
    precondition(source !== target, "a picture cannot be resized into itself")
    let columns = Self.weights(
      &columns,
      for: .init(
        sourceCount: source.width, start: box.x, length: box.width, count: width, filter: filter))
    let rows = Self.weights(
      &rows,
      for: .init(
        sourceCount: source.height, start: box.y, length: box.height, count: height, filter: filter)
    )
    let channels = source.channels
    lineLength = (width * channels + 16) & ~15
    interleaved.reserve(columns.sources.count * 16)
    narrowed.reserve((rows.sources.count + 16) * lineLength)
    line.reserve(lineLength)
    target.reshape(height: height, width: width, channels: channels)
    if channels == 3 {
      narrowColour(source, columns, rows.sources)
    } else {
      for channel in 0..<channels { narrow(source, channel, columns, rows.sources) }
    }
    shorten(rows, into: target)
  }

  private static func weights(
    _ kept: inout ResamplingWeights?, for axis: ResamplingWeights.Axis
  ) -> ResamplingWeights {
    if let kept, kept.axis == axis { return kept }
    let made = ResamplingWeights(axis)
    kept = made
    return made
  }

  /// Fills `narrowed` from rows of RGB, four at a time.
  private func narrowColour(
    _ source: PixelImage, _ columns: ResamplingWeights, _ rows: Range<Int>
  ) {
    let samples = UnsafeMutableRawPointer(interleaved.start)
    for row in stride(from: rows.lowerBound, to: rows.upperBound, by: 4) {
      for lane in 0..<4 {
        // Below the last row, that row again: the result is not used.
        let sourceRow = min(row + lane, rows.upperBound - 1)
        let bytes = UnsafeRawPointer(
          source.start + (sourceRow * source.width + columns.sources.lowerBound) * 3)
        let last = columns.sources.count - 1
        for column in 0..<last {
          let pixel = (bytes + 3 * column).loadUnaligned(as: SIMD4<UInt8>.self)
          samples.storeBytes(
            of: SIMD4<Float>(pixel), toByteOffset: 64 * column + 16 * lane, as: SIMD4<Float>.self)
        }
        // The last pixel has no fourth byte to be read.
        for channel in 0..<3 {
          interleaved.start[16 * last + 4 * lane + channel] = Float(
            (bytes + 3 * last + channel).load(as: UInt8.self))
        }
      }
      let target = UnsafeMutableRawPointer(
        narrowed.start + (row - rows.lowerBound) * lineLength)
      let lineBytes = 4 * lineLength
      weigh(columns) { column, sums in
        // From left to right: the unused fourth float is overwritten by the next pixel.
        let pixel = target + 12 * column
        pixel.storeBytes(of: sums.lowHalf.lowHalf, as: SIMD4<Float>.self)
        (pixel + lineBytes).storeBytes(of: sums.lowHalf.highHalf, as: SIMD4<Float>.self)
        (pixel + 2 * lineBytes).storeBytes(of: sums.highHalf.lowHalf, as: SIMD4<Float>.self)
        (pixel + 3 * lineBytes).storeBytes(of: sums.highHalf.highHalf, as: SIMD4<Float>.self)
      }
    }
  }

  /// Fills one channel of `narrowed`, sixteen rows at a time.
  private func narrow(
    _ source: PixelImage, _ channel: Int, _ columns: ResamplingWeights, _ rows: Range<Int>
  ) {
    let (samples, lineLength, channels) = (interleaved.start, lineLength, source.channels)
    for row in stride(from: rows.lowerBound, to: rows.upperBound, by: 16) {
      for lane in 0..<16 {
        let sourceRow = min(row + lane, rows.upperBound - 1)
        let bytes =
          source.start + (sourceRow * source.width + columns.sources.lowerBound) * channels
          + channel
        for column in 0..<columns.sources.count {
          samples[16 * column + lane] = Float(bytes[column * channels])
        }
      }
      let target = narrowed.start + (row - rows.lowerBound) * lineLength
      weigh(columns) { column, sums in
        for lane in 0..<16 {
          target[lane * lineLength + column * channels + channel] = sums[lane]
        }
      }
    }
  }

  /// Passes on each pixel of the interleaved rows' result, rounded to 8 bits.
  @inline(__always)
  private func weigh(_ columns: ResamplingWeights, store: (Int, Vector) -> Void) {
    let samples = UnsafeRawPointer(interleaved.start)
    columns.weights.withUnsafeBufferPointer { weights in
      for column in 0..<columns.firsts.count {
        var sums = Self.tieBreak
        let first = samples + 64 * columns.firsts[column]
        for tap in 0..<columns.tapCounts[column] {
          sums.addProduct(
            (first + 64 * tap).load(as: Vector.self),
            Vector(repeating: weights[column * columns.stride + tap]))
        }
        store(column, Self.rounded(sums) - Self.magic)
      }
    }
  }

  /// Makes the rows of `target` of those in `narrowed`.
  private func shorten(_ rows: ResamplingWeights, into target: PixelImage) {
    let (line, lineLength) = (line.start, lineLength)
    let rowLength = target.width * target.channels
    for row in 0..<target.height {
      let first = narrowed.start + rows.firsts[row] * lineLength
      rows.weights.withUnsafeBufferPointer { weights in
        for index in stride(from: 0, to: lineLength, by: 16) {
          var sums = Self.tieBreak
          var source = UnsafeRawPointer(first + index)
          for tap in 0..<rows.tapCounts[row] {
            sums.addProduct(
              source.load(as: Vector.self),
              Vector(repeating: weights[row * rows.stride + tap]))
            source += 4 * lineLength
          }
          UnsafeMutableRawPointer(line + index).storeBytes(
            of: Self.rounded(sums), as: Vector.self)
        }
      }
      let bytes = target.start + row * rowLength
      for index in 0..<rowLength {
        bytes[index] = UInt8(truncatingIfNeeded: line[index].bitPattern)
      }
    }
  }

  /// Lets sums that lie half-way round upwards, in spite of errors of the last bits.
  private static var tieBreak: Vector { Vector(repeating: 0x1p-13) }

  /// A float added to this one is rounded to an integer, which stands in the sum's low bits.
  private static var magic: Vector { Vector(repeating: 0x1.8p23) }

  /// Limits to 0…255, rounds, and leaves the magic number added.
  @inline(__always)
  private static func rounded(_ sums: Vector) -> Vector {
    let positive = sums.replacing(with: 0, where: sums .< 0)
    return positive.replacing(with: 255, where: 255 .< positive) + magic
  }
}

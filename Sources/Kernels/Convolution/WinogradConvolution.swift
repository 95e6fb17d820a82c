import Tensors

/// A 3×3 convolution with stride 1 by minimal filtering, F(2×2, 3×3): 16 products make the four
/// outputs of a tile, where sums over taps take 36.
///
/// A tile's 4×4 inputs are transformed, `V = Bᵀ·x·B`, the weights beforehand, `U = G·w·Gᵀ`; the
/// sums over input channels are then 16 matrix products, `M = V·U`, and `y = Aᵀ·M·A`. Its matrices
/// hold nothing but 0, ±½ and ±1: outputs are as exact as the sums that they replace, gradients of
/// weights half as exact. The method is that of Lavin and Gray, "Fast Algorithms for Convolutional
/// Neural Networks", 2015.
///
/// A band of some rows of tiles is worked on at a time: forward in blocks of tiles whose transforms
/// stay in the cache, the gradient of the weights as a whole, for long sums. The number of tiles in
/// a row is a multiple of four; those beyond the image see zeros and are not written.
struct WinogradConvolution: Sendable {
  /// Matrix products of a tile.
  static let taps = 16

  /// Pixels of the image; outputs have as many.
  let height, width: Int
  /// Channels that are summed over, and channels of the outputs.
  let depth, columns: Int
  /// Tiles of a row, beyond the image too.
  let tiles: Int
  /// Rows of tiles in the image, and in a band.
  let tileRows, bandTileRows: Int
  /// Tiles whose transforms are held at a time, forward.
  private let blockTiles: Int

  /// Outputs that are transformed at a time.
  private static let blockColumns = 4 * vectorWidth
  /// Bytes of transforms in a block: half of a 512 KiB cache of the second level.
  private static let blockBytes = 256 << 10
  /// Tiles of a band, at least one row: sums of the gradient go to memory once a band.
  private static let bandTiles = 128

  init(height: Int, width: Int, depth: Int, columns: Int) {
    self.height = height
    self.width = width
    self.depth = depth
    self.columns = columns
    tiles = ((width + 1) / 2 + 3) & ~3
    tileRows = (height + 1) / 2
    let most = min(max(Self.bandTiles / tiles, 1), tileRows)
    let bands = (tileRows + most - 1) / most
    bandTileRows = (tileRows + bands - 1) / bands
    let tileBytes =
      Self.taps * (channelStride(depth) + Self.blockColumns) * MemoryLayout<Float>.stride
    blockTiles = min(max(Self.blockBytes / tileBytes & ~7, 8), tiles)
  }

  /// Floats of a padded row of inputs, `[2·tiles + 2, depth]`, and of those that a band sees.
  private var rowSize: Int { (2 * tiles + 2) * channelStride(depth) }
  var bandSize: Int { (2 * bandTileRows + 2) * rowSize }
  /// Floats of ``convolve(_:_:panels:into:adding:scratch:)``'s scratch.
  var scratchSize: Int { Self.taps * blockTiles * (channelStride(depth) + Self.blockColumns) }
  /// Floats of ``pack(_:into:)``'s panels.
  var panelsSize: Int { Self.taps * depth * channelStride(columns) }

  /// Calls `body` with the rows of tiles of each band.
  @inline(__always)
  func forEachBand(_ body: (_ tileRows: Range<Int>) -> Void) {
    for first in stride(from: 0, to: tileRows, by: bandTileRows) {
      body(first..<min(first + bandTileRows, tileRows))
    }
  }

  /// The rows of pixels that some rows of tiles write.
  func pixelRows(of tileRows: Range<Int>) -> Range<Int> {
    2 * tileRows.lowerBound..<min(2 * tileRows.upperBound, height)
  }

  /// Fills a band with the padded rows that its tiles see; two are those that the band before ends
  /// with.
  ///
  /// - Parameter write: Writes a row of the image, `[W, depth]`.
  func fill(
    _ band: UnsafeMutablePointer<Float>, _ tileRows: Range<Int>,
    _ write: (_ row: Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let first = 2 * tileRows.lowerBound
    let seen = first > 0 ? 2 : 0
    band.update(from: band + 2 * bandTileRows * rowSize, count: seen * rowSize)
    for padded in seen..<2 * tileRows.count + 2 {
      let target = band + padded * rowSize
      let row = first + padded - 1
      guard (0..<height).contains(row) else {
        target.update(repeating: 0, count: rowSize)
        continue
      }
      let pixel = channelStride(depth)
      let end = (width + 1) * pixel
      target.update(repeating: 0, count: pixel)
      write(row, target + pixel)
      (target + end).update(repeating: 0, count: rowSize - end)
    }
  }

  /// Computes the outputs of a band.
  ///
  /// - Parameters:
  ///   - band: Filled for these rows of tiles.
  ///   - panels: `[16, columns/16, depth, 16]`.
  ///   - y: Of the image, `[H·W, columns]`. Written, or added to.
  ///   - scratch: ``scratchSize`` floats.
  func convolve(
    _ tileRows: Range<Int>, _ band: UnsafeMutablePointer<Float>, panels: UnsafePointer<Float>,
    into y: Pixels, adding isAdding: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    let wide = channelStride(depth)
    let products = scratch + Self.taps * blockTiles * wide
    for (index, tileRow) in tileRows.enumerated() {
      let rows = Rows(band + 2 * index * rowSize, rowSize: rowSize, step: wide)
      let target = Target(
        y.dropping(2 * tileRow * width), width: width, isLast: 2 * tileRow + 1 == height,
        isAdding: isAdding)
      for first in stride(from: 0, to: tiles, by: blockTiles) {
        let count = min(blockTiles, tiles - first)
        rows.transformInputs(first, count, into: scratch, tap: count * wide)
        for column in stride(from: 0, to: columns, by: Self.blockColumns) {
          let width = min(Self.blockColumns, columns - column)
          let tap = count * channelStride(width)
          for index in 0..<Self.taps {
            PixelProduct.multiply(
              scratch + index * count * wide, step: wide, count: count,
              PixelProduct.Depth(count: depth, step: 1, run: depth, runStep: 0),
              .panels(
                panels + (index * channelStride(columns) + column) * depth, depth: depth),
              columns: width, into: .rows(products + index * tap, channels: width), adding: false)
          }
          for lane in stride(from: 0, to: width, by: vectorWidth) {
            target.transformOutputs(
              products + lane, step: channelStride(width), tap: tap, first, count,
              channel: column + lane)
          }
        }
      }
    }
  }

  /// Floats of ``accumulate(_:_:_:into:adding:scratch:)``'s scratch.
  var gradientScratchSize: Int {
    Self.taps * tiles * bandTileRows * (channelStride(depth) + Self.blockColumns)
  }

  /// Adds what a band contributes to the gradient of the transformed weights, `Vᵀ·(A·dy·Aᵀ)`.
  ///
  /// - Parameters:
  ///   - band: Inputs, filled for these rows of tiles.
  ///   - gradients: Gradients of the outputs, the band of the convolution from outputs to inputs.
  ///   - target: `[16, depth, columns]`. Written, or added to.
  ///   - scratch: ``gradientScratchSize`` floats.
  func accumulate(
    _ tileRows: Range<Int>, _ band: UnsafeMutablePointer<Float>,
    _ gradients: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>,
    adding isAdding: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    let (wide, gradientStep) = (channelStride(depth), channelStride(columns))
    let gradientRow = (2 * tiles + 2) * gradientStep
    let count = tileRows.count * tiles
    let transformed = scratch + Self.taps * count * wide
    for row in 0..<tileRows.count {
      Rows(band + 2 * row * rowSize, rowSize: rowSize, step: wide).transformInputs(
        0, tiles, into: scratch + row * tiles * wide, tap: count * wide)
    }
    for column in stride(from: 0, to: columns, by: Self.blockColumns) {
      let width = min(Self.blockColumns, columns - column)
      let step = channelStride(width)
      for row in 0..<tileRows.count {
        Rows(
          gradients + (2 * row * gradientRow + column), rowSize: gradientRow, step: gradientStep
        ).transformGradients(
          tiles, channels: step, into: transformed + row * tiles * step, tap: count * step)
      }
      for index in 0..<Self.taps {
        PixelProduct.multiplyTransposed(
          .rows(scratch + index * count * wide, channels: depth), rows: depth,
          .rows(transformed + index * count * step, channels: width), columns: width,
          count: count, into: target + index * depth * columns + column, step: columns,
          adding: isAdding)
      }
    }
  }
}

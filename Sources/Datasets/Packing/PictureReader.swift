import Boundary
import Crypto
import Images

/// Reads, checks and decodes pictures that are to be packed; keeps its memory between them.
public final class PictureReader {
  private let root: String
  private let storage: PictureStorage
  private let decoder = ImageDecoder()
  private let resizer = ImageResizer()
  private let decoded = PixelImage()
  private let reduced = PixelImage()
  private var room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 20)

  /// Prepares to read pictures below a folder.
  public init(root: String, storage: PictureStorage) {
    self.root = root
    self.storage = storage
  }

  deinit { room.deallocate() }

  /// Reads and decodes a picture: proof that all of it is there.
  ///
  /// - Parameter path: Path from the root.
  /// - Throws: When it cannot be packed.
  public func record(of path: String) throws(PictureFault) -> PictureRecord {
    let bytes = try read(path)
    let pixels: PixelImage
    do throws(ImageError) { pixels = try stored(bytes) } catch {
      throw PictureFault(reason: "\(error)")
    }
    let means = Self.means(pixels)
    return PictureRecord(
      hash: Self.hash(bytes), red: SIMD2(means[0], means[3]), green: SIMD2(means[1], means[4]),
      blue: SIMD2(means[2], means[5]), byteCount: bytes.count,
      height: Int32(pixels.height), width: Int32(pixels.width))
  }

  /// What a shard holds of a picture: the file's bytes, or its pixels; valid until the next call.
  ///
  /// - Throws: When the file is not what it was when its record was made.
  func payload(
    of path: String, record: PictureRecord
  ) throws(DatasetError) -> UnsafeBufferPointer<UInt8> {
    let bytes: UnsafeBufferPointer<UInt8>
    do throws(PictureFault) { bytes = try read(path) } catch {
      throw .badSource(file: "\(root)/\(path)", reason: error.reason)
    }
    guard Self.hash(bytes) == record.hash else {
      throw .badSource(
        file: "\(root)/\(path)", reason: "it changed while it was packed; start again")
    }
    guard storage.isDecoded else { return bytes }
    do throws(ImageError) { return UnsafeBufferPointer(try stored(bytes).bytes) } catch {
      throw .badSource(file: "\(root)/\(path)", reason: "\(error)")
    }
  }

  /// The pixels of a file, in the size that they are stored in.
  private func stored(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> PixelImage {
    try decoder.decode(bytes, into: decoded)
    let size = storage.size(height: decoded.height, width: decoded.width)
    if size == (decoded.height, decoded.width) { return decoded }
    let all = ImageBox(
      x: 0, y: 0, width: Double(decoded.width), height: Double(decoded.height))
    resizer.resize(
      decoded, box: all, height: size.height, width: size.width, filter: .bicubic, into: reduced)
    return reduced
  }

  private func read(_ path: String) throws(PictureFault) -> UnsafeBufferPointer<UInt8> {
    do throws(FileRefusal) {
      let file = try RegularFile("\(root)/\(path)")
      let size = file.byteCount
      try file.requireAtMost(ImageDecoder.byteLimit)
      if size > room.count {
        room.deallocate()
        room = .allocate(capacity: size + size / 4)
      }
      let bytes = UnsafeMutableBufferPointer(rebasing: room[..<size])
      try file.read(at: 0, into: UnsafeMutableRawBufferPointer(bytes))
      return UnsafeBufferPointer(bytes)
    } catch { throw PictureFault(reason: "it cannot be read: \(error.reason)") }
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> SIMD4<UInt64> {
    var hash = SHA256()
    hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
    return hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
  }

  /// Means of the three channels and of their squares.
  private static func means(_ image: PixelImage) -> SIMD8<Double> {
    // So many squares of bytes add up to less than 2³².
    let run = 65_536
    let count = image.height * image.width
    var totals = SIMD8<UInt64>.zero
    for first in stride(from: 0, to: count, by: run) {
      let pixels = image.start + 3 * first
      var (r, g, b): (UInt32, UInt32, UInt32) = (0, 0, 0)
      var (rr, gg, bb): (UInt32, UInt32, UInt32) = (0, 0, 0)
      for pixel in 0..<min(run, count - first) {
        let red = UInt32(pixels[3 * pixel])
        let green = UInt32(pixels[3 * pixel + 1])
        let blue = UInt32(pixels[3 * pixel + 2])
        r &+= red
        g &+= green
        b &+= blue
        rr &+= red &* red
        gg &+= green &* green
        bb &+= blue &* blue
      }
      totals &+= SIMD8(
        UInt64(r), UInt64(g), UInt64(b), UInt64(rr), UInt64(gg), UInt64(bb), 0, 0)
    }
    let scale = SIMD8<Double>(255, 255, 255, 65_025, 65_025, 65_025, 1, 1)
    return SIMD8<Double>(totals) / Double(count) / scale
  }
}

internal import CZlib

/// How many bytes a zlib stream (RFC 1950) unpacks to; nothing of them is kept.
///
/// The HDF5 library makes room for what a stream holds and then reads what the chunk should have:
/// beyond the end of its memory where the stream is shorter.
enum DeflateStream {
  // Unpacked at a time; it stays in a core's cache.
  private static let pieceByteCount = 1 << 15

  /// - Parameter limit: Bytes beyond which nobody counts.
  /// - Throws: When it is no stream, or one that is cut off or damaged.
  static func byteCount(
    of stream: ArraySlice<UInt8>, limit: Int
  ) throws(StructureFault) -> Int {
    guard let storedByteCount = UInt32(exactly: stream.count) else {
      throw .damaged("a compressed chunk has \(stream.count) bytes")
    }
    // zlib keeps the address of its state.
    let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    defer { state.deallocate() }
    state.initialize(to: z_stream())
    guard inflateInit_(state, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .damaged("zlib cannot unpack a compressed chunk here")
    }
    defer { inflateEnd(state) }
    let piece = UnsafeMutablePointer<UInt8>.allocate(capacity: pieceByteCount)
    defer { piece.deallocate() }
    var count = 0
    let code = stream.withUnsafeBufferPointer { stored in
      // zlib only reads what it takes for variable.
      state.pointee.next_in = UnsafeMutablePointer(mutating: stored.baseAddress)
      state.pointee.avail_in = storedByteCount
      var code = Z_OK
      while code == Z_OK, count <= limit {
        state.pointee.next_out = piece
        state.pointee.avail_out = UInt32(pieceByteCount)
        code = inflate(state, Z_NO_FLUSH)
        count += pieceByteCount - Int(state.pointee.avail_out)
      }
      return code
    }
    switch code {
    case Z_OK, Z_STREAM_END: return count
    case Z_BUF_ERROR: throw .damaged("a compressed chunk ends too early")
    default:
      let reason = state.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
      throw .damaged("a compressed chunk is no stream of zlib: \(reason)")
    }
  }
}

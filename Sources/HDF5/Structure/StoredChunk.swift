/// What an index knows of a chunk that is stored.
struct StoredChunk {
  let address: Int
  /// Stored bytes.
  let byteCount: Int
  /// Filters that were left out, as bits.
  let mask: Int
}

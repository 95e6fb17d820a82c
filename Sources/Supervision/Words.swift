/// Whole numbers as they travel: 8 bytes each, the lowest first.
package struct Words: Equatable {
  package static let size = MemoryLayout<UInt64>.size

  package let values: [Int]

  package init(_ values: [Int]) { self.values = values }

  /// Reads as many as there are; bytes that are left over are none.
  package init(_ bytes: some RandomAccessCollection<UInt8>) {
    let bytes = [UInt8](bytes)
    values = stride(from: 0, to: bytes.count / Self.size * Self.size, by: Self.size).map { start in
      Int(
        truncatingIfNeeded: bytes[start..<(start + Self.size)].reversed().reduce(UInt64(0)) {
          $0 << 8 | UInt64($1)
        })
    }
  }

  package var bytes: [UInt8] {
    values.flatMap { value in
      (0..<Self.size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
  }
}

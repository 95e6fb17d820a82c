/// The part of a buffer that goes into one message.
struct Piece<Address> {
  let address: Address
  let count: CInt
}

extension UnsafeBufferPointer {
  /// Elements from `start` on, no more than `limit` and none beyond the end.
  func piece(from start: Int, limit: Int) -> Piece<UnsafePointer<Element>?> {
    let start = Swift.min(start, count)
    return Piece(
      address: baseAddress.map { $0 + start }, count: CInt(Swift.min(limit, count - start)))
  }
}

extension UnsafeMutableBufferPointer {
  /// Elements from `start` on, no more than `limit` and none beyond the end.
  func piece(from start: Int, limit: Int) -> Piece<UnsafeMutablePointer<Element>?> {
    let start = Swift.min(start, count)
    return Piece(
      address: baseAddress.map { $0 + start }, count: CInt(Swift.min(limit, count - start)))
  }
}

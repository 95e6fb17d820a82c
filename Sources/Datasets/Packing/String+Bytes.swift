extension String {
  /// Whether this text comes before another, byte by byte: an order, unlike that of `<`, in which
  /// texts that only look alike differ.
  func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

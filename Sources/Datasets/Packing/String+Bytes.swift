extension String {
  /// Whether this text comes before another, byte by byte: an order, unlike that of `<`, in which
  /// texts that only look alike differ.
  func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

  /// A name as part of a line, with what would end the line or a column of it written out.
  var onOneLine: String {
    replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\r", with: "\\r")
      .replacing("\t", with: "\\t")
  }
}

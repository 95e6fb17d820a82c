import Hosts

extension Interruption {
  /// Throws where a signal came while something is measured.
  static func ofBenchmark() throws(Interruption) {
    try check("before the end of the benchmark")
  }
}

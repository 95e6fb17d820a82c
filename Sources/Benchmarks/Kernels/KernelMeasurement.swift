import Glibc

/// How fast a kernel is, and how near to what bounds it.
package struct KernelMeasurement: Sendable, Encodable {
  /// The rate that a kernel is held against.
  package enum Bound: String, Sendable, Encodable {
    /// Matrix products.
    case matrixRate = "matrix rate"
    /// Copies within the second level of cache.
    case cacheCopy = "cache copy"
    /// Copies in memory.
    case memoryCopy = "memory copy"
  }

  /// Name of the operation, and its sizes.
  package let name, shape: String
  /// Median seconds of a run.
  package let seconds: Double
  /// Between the first and the third quartile of the samples, as a share of the median.
  package let spread: Double
  /// Samples, and runs in each.
  package let samples, runs: Int
  /// 10⁹ operations a second, as ``KernelCase/operations`` counts them.
  package let gigaflops: Double
  /// Bytes a second, read and written together.
  package let bytesPerSecond: Double
  /// What bounds it: whichever of multiplying and copying would take longer at the machine's rate.
  package let bound: Bound
  /// Time that it would take at that rate, as a share of the time that it takes. Above 1 for what
  /// is easier than a copy, such as changing values in place: a copy must fetch what it overwrites.
  package let shareOfBound: Double
  /// Largest difference from the reference, and what is allowed.
  package let deviation, tolerance: Double

  /// Every sample is at least this long.
  static let sampleSeconds = 2e-3
  /// Samples of a kernel.
  static let sampleCount = 11

  /// Times a case that was found to be right.
  ///
  /// What is timed is a closure that writes through pointers to memory of the system's: nothing
  /// that the compiler could leave out.
  init(_ kernel: KernelCase, _ deviation: Deviation, rates: KernelBenchmark.Rates) {
    let run = kernel.prepare()
    var runs = 1
    func sample() -> Double {
      MachineRates.seconds { for _ in 0..<runs { run() } }
    }
    // Warms up on the way.
    while sample() < Self.sampleSeconds { runs *= 2 }
    let sorted = (0..<Self.sampleCount).map { _ in sample() / Double(runs) }.sorted()
    let median = sorted.median
    let quarter = sorted.count / 4
    let arithmetic = Double(kernel.operations) / (rates.sgemmGigaflops * 1e9)
    let copying =
      Double(kernel.bytes)
      / (kernel.residence == .cache
        ? rates.cacheCopyBytesPerSecond : rates.memoryCopyBytesPerSecond)
    name = kernel.name
    shape = kernel.shape
    seconds = median
    spread = (sorted[sorted.count - 1 - quarter] - sorted[quarter]) / median
    samples = sorted.count
    self.runs = runs
    gigaflops = Double(kernel.operations) / median * 1e-9
    bytesPerSecond = Double(kernel.bytes) / median
    bound =
      arithmetic >= copying ? .matrixRate : kernel.residence == .cache ? .cacheCopy : .memoryCopy
    shareOfBound = max(arithmetic, copying) / median
    self.deviation = deviation.largest
    tolerance = deviation.tolerance
  }
}

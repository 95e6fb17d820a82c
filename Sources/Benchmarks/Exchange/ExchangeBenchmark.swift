import MPI
import Tensors
import Training

/// Times sums over all ranks by size: the tree of training beside `MPI_Allreduce`.
package struct ExchangeBenchmark: Sendable, Encodable {
  /// One way to sum one size.
  package struct Rate: Sendable, Encodable {
    /// Median over the repetitions of the slowest rank's seconds for one sum.
    package let seconds: Double
    /// Bytes of the value over the time.
    package let algorithmBytesPerSecond: Double
    /// Bytes that each rank must send and receive at least, 2·(p − 1)/p of the value, over the
    /// time: comparable between numbers of ranks.
    package let busBytesPerSecond: Double

    init(seconds: Double, bytes: Int, ranks: Int) {
      self.seconds = seconds
      algorithmBytesPerSecond = Double(bytes) / seconds
      busBytesPerSecond = algorithmBytesPerSecond * 2 * Double(ranks - 1) / Double(ranks)
    }
  }

  /// Whose sum.
  private enum Way: CaseIterable { case tree, library }

  /// Bytes from which on a value travels in chunks: statistics are smaller, gradients larger.
  private static let smallestInChunks = 64 << 10

  /// One size.
  package struct Line: Sendable, Encodable {
    /// Bytes of a rank's value.
    package let bytes: Int
    /// Timed samples of each way, and sums in each.
    package let repetitions, sumsInRepetition: Int
    package let tree, library: Rate
    /// Time of the tree over that of `MPI_Allreduce`.
    package let ratio: Double
    /// Elements that were wrong, on all ranks, in all repetitions of both ways.
    package let wrong: Int
  }

  /// Number of ranks, and where they ran.
  package let ranks: Int
  package let hosts: HostMap
  /// The MPI library.
  package let version: String
  package private(set) var lines: [Line] = []
  /// Elements that were wrong in all sizes.
  package private(set) var wrong = 0

  /// The line of a size, if it was measured.
  package func line(bytes: Int) -> Line? { lines.first { $0.bytes == bytes } }

  /// Sizes in bytes that are measured unless others are given: powers of four up to 64 MiB, with a
  /// batch norm's statistics (2 KiB) and B0's gradient (20 MiB); 8 is the smallest.
  package static let sizes = ([8] + (2...13).map { 1 << (2 * $0) } + [2 << 10, 20 << 20]).sorted()

  /// Memory that a timed sample of small sums goes through, each with a value of its own.
  private static let sampleBytes = 64 << 10
  private static let mostSums = 64

  /// Measures all sizes.
  ///
  /// - Parameters:
  ///   - sizes: Bytes, multiples of 8.
  ///   - seconds: Time for each size, about, after warming up.
  ///   - observer: Is told each line.
  /// - Throws: When the library refuses or loses a rank; where the system has not the memory.
  package init(
    sizes: [Int], seconds: Double, _ hosts: HostMap, communicator: Communicator,
    observer: (Line) -> Void
  ) throws {
    ranks = communicator.size
    self.hosts = hosts
    version = MPISession.libraryVersion
    let pattern = SumPattern(rankCount: ranks)
    let form = try ExchangeForm(
      ExchangeConfiguration(), measuring: communicator, microBatchCount: communicator.size
    ).form
    for bytes in sizes {
      let line = try Self.measure(bytes, seconds: seconds, pattern, form, communicator)
      lines.append(line)
      wrong += line.wrong
      observer(line)
    }
  }

  private static func measure(
    _ bytes: Int, seconds: Double, _ pattern: SumPattern, _ form: PipelinedSum.Form,
    _ communicator: Communicator
  ) throws -> Line {
    let sums = min(max(sampleBytes / bytes, 1), mostSums)
    let plan = ReductionPlan(
      partition: MicroBatchPartition(
        microBatchCount: communicator.size, rankCount: communicator.size),
      rank: communicator.rank)
    let all = try (0..<sums).map { _ -> any ExchangeSum in
      bytes < smallestInChunks
        ? StatisticsSum(bytes: bytes, plan: plan, over: communicator)
        : try GradientSum(bytes: bytes, plan: plan, form: form, over: communicator)
    }
    var wrong = 0
    /// Seconds of one sum on this rank; every sum begins with fresh values.
    func sample(_ way: Way) throws(MPIError) -> Double {
      for sum in all { sum.begin(rank: communicator.rank) }
      try communicator.barrier()
      let start = ContinuousClock.now
      switch way {
      case .tree: for sum in all { try sum.sumInTree() }
      case .library: for sum in all { try sum.sumByLibrary() }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      wrong += all.reduce(0) { $0 + $1.wrongCount(pattern) }
      return seconds / Double(sums)
    }
    // The second round is warm and tells how many there is time for, the same number on all ranks.
    var round = 0.0
    for _ in 0..<2 {
      let start = ContinuousClock.now
      for way in Way.allCases { _ = try sample(way) }
      round = (ContinuousClock.now - start) / .seconds(1)
    }
    let longest = try communicator.allGather([round]).max() ?? round
    let repetitions = Int(min(max(seconds / longest, 5), 1_000))
    var own: [Double] = []
    for repetition in 0..<repetitions {
      // Whoever goes second finds other caches: they take turns.
      let ways = Way.allCases
      let times = [try sample(ways[repetition % 2]), try sample(ways[1 - repetition % 2])]
      own += repetition % 2 == 0 ? times : [times[1], times[0]]
    }
    var slowest = own
    for (index, seconds) in try communicator.allGather(own).enumerated() {
      slowest[index % own.count] = max(slowest[index % own.count], seconds)
    }
    let rates = (0..<2).map { (way: Int) -> Rate in
      let seconds = (0..<repetitions).map { slowest[2 * $0 + way] }
      return Rate(seconds: seconds.median, bytes: bytes, ranks: communicator.size)
    }
    return Line(
      bytes: bytes, repetitions: repetitions, sumsInRepetition: sums, tree: rates[0],
      library: rates[1], ratio: rates[0].seconds / rates[1].seconds,
      wrong: try communicator.sum(wrong))
  }
}

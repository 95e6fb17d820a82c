import ArgumentParser
import Benchmarks
import Boundary
import MPI

extension BenchmarkCommand {
  /// `effnet benchmark exchange`.
  struct Exchange: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Times sums over all ranks by size, beside MPI_Allreduce.",
      discussion: """
        Start it with mpirun on two ranks or more. A time is the median over the repetitions of the \
        slowest rank's; bandwidth is bytes over time, bus bandwidth 2·(p − 1)/p of it. Every result \
        is checked: exit code 1 when an element is wrong.
        """)

    @Option(
      parsing: .upToNextOption,
      help: "Sizes in bytes, K and M for 1024 and 1024²; 8 to 64M unless given.",
      transform: Self.byteCounts)
    var sizes: [[Int]] = []

    @Option(
      help: "Seconds for each size, about.", transform: BoundedNumber.real(0.001...3600, "seconds"))
    var seconds = 0.5

    @Flag(help: "Print one JSON object.")
    var json = false

    private static func byteCounts(_ list: String) throws(BoundedNumber.Refusal) -> [Int] {
      var counts: [Int] = []
      for text in list.split(separator: ",") {
        let unit = ["K": 1 << 10, "M": 1 << 20][text.suffix(1).uppercased()]
        let kind = "bytes, in multiples of 8, such as 8,2K,20M"
        let number = try BoundedNumber.whole(
          unit == nil ? text : text.dropLast(), 1...largestSize, kind)
        let bytes = number.saturatingProduct(unit ?? 1)
        guard bytes <= largestSize, bytes % 8 == 0 else {
          throw BoundedNumber.Refusal(description: "allowed: 8 to 1024M \(kind)")
        }
        counts.append(bytes)
      }
      return counts
    }

    private static let largestSize = 1 << 30

    func run() throws {
      let own = sizes.flatMap(\.self)
      let sizes = own.isEmpty ? ExchangeBenchmark.sizes : own
      try Job.run { world in
        guard (2...SumPattern.rankLimit).contains(world.size) else {
          throw Failure(
            .usage,
            "an exchange takes 2 to \(SumPattern.rankLimit) ranks and this is \(world.size); start "
              + "it as mpirun -n 2 effnet benchmark exchange",
            isAgreed: true)
        }
        let hosts = try HostMap(world)
        let isShown = world.rank == 0 && !json
        if isShown { print("\(hosts.text)\n\n\(ExchangeTable.header)") }
        let result = try ExchangeBenchmark(
          sizes: sizes, seconds: seconds, hosts, communicator: world
        ) { if isShown { print(ExchangeTable.line($0)) } }
        if isShown { print("\n\(ExchangeTable.summary(result))") }
        if world.rank == 0 && json { printJSON(result) }
        guard result.wrong == 0 else {
          let sizes = result.lines.filter { $0.wrong > 0 }.map { "\($0.bytes)" }
          throw Failure(
            .check,
            "\(result.wrong) elements of sums are wrong, in sizes of \(sizes.joined(separator: ", ")) "
              + "bytes; do not train with this MPI library on these hosts", isAgreed: true)
        }
      }
    }
  }
}

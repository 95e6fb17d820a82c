import ArgumentParser
import Benchmarks
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
      help: "Sizes in bytes, K and M for 1024 and 1024²; 8 to 64M unless given.")
    var sizes: [String] = []

    @Option(help: "Seconds for each size, about.")
    var seconds = 0.5

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
      _ = try byteCounts()
      guard (0.001...3600).contains(seconds) else {
        throw ValidationError("--seconds must be between 0.001 and 3600")
      }
    }

    private func byteCounts() throws -> [Int] {
      if sizes.isEmpty { return ExchangeBenchmark.sizes }
      return try sizes.flatMap { $0.split(separator: ",") }.map { text in
        let unit = ["K": 1 << 10, "M": 1 << 20][text.suffix(1).uppercased()]
        guard let number = Int(unit == nil ? text : text.dropLast()),
          (1...(1 << 30)).contains(number), case let bytes = number * (unit ?? 1),
          bytes <= 1 << 30, bytes % 8 == 0
        else {
          throw ValidationError(
            "--sizes \(text): give multiples of 8 up to 1024M, such as 8,2K,20M")
        }
        return bytes
      }
    }

    func run() throws {
      let sizes = try byteCounts()
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
        if world.rank == 0 && json { try printJSON(result) }
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

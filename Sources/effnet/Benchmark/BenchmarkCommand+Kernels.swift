import ArgumentParser
import Benchmarks

extension BenchmarkCommand {
  /// `effnet benchmark kernels`.
  struct Kernels: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks every operation against a plain reference and times it.",
      discussion: """
        On shapes of B0 at 224 × 224, fused blocks on those of V2-S at 300 × 300, on one core; under \
        mpirun on all of them at once. Operands are in the second level of cache where the network \
        works on tiles, and in memory where it passes over whole tensors. Exit code 1 when a kernel is wrong.
        """)

    @Option(help: "Only kernels with this in their name or shape.")
    var only: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
      guard cases.isEmpty else { return }
      throw ValidationError(
        "--only \(only ?? ""): there is no such kernel; see them all without --only")
    }

    private var cases: [KernelCase] {
      KernelBenchmark.cases.filter { kernel in
        only.map { "\(kernel.name) \(kernel.shape)".lowercased().contains($0.lowercased()) } ?? true
      }
    }

    func run() throws {
      let cases = cases
      try Job.run { world in
        let isShown = world.rank == 0 && !json
        let rates = KernelBenchmark.Rates()
        let table = KernelTable(cases)
        if isShown { print(table.header(rates)) }
        let result = try KernelBenchmark(cases, rates: rates) {
          if isShown { print(table.line($0)) }
        }
        if world.rank == 0 && json { printJSON(result) }
      }
    }
  }
}

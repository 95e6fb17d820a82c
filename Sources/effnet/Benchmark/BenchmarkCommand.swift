import ArgumentParser

/// `effnet benchmark`: how fast, and how near to what the machine can do.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measures speed.",
    subcommands: [
      Step.self, Kernels.self, Exchange.self, Loader.self, Scaling.self, Sample.self,
    ])
}

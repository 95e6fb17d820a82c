import ArgumentParser
import Studies

/// `effnet search`.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Studies how networks scale, and which are best.",
    discussion: """
      A study trains many networks in one job and comes to the same results on any number of ranks. \
      Start it with mpirun or effnet launch for several; a signal saves and stops it, and --resume goes on.
      """,
    subcommands: [
      Scaling.self, Grid.self, Architecture.self, SearchReportCommand.self,
      SearchStatusCommand.self,
    ])

  /// `effnet search scaling`.
  struct Scaling: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "scaling",
      abstract: "Scales a base in depth, width, resolution and together, at equal multiply-adds.")
    @OptionGroup var options: StudyOptions

    func run() throws { try options.run(.scaling) }
  }

  /// `effnet search grid`.
  struct Grid: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "grid",
      abstract: "Finds the shares of depth, width and resolution to scale a base by.")
    @OptionGroup var options: StudyOptions

    func run() throws { try options.run(.grid) }
  }

  /// `effnet search architecture`.
  struct Architecture: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "architecture",
      abstract: "Evolves the stages of a base.")
    @OptionGroup var options: StudyOptions

    func run() throws { try options.run(.architecture) }
  }
}

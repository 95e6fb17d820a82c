import ArgumentParser
import Studies

/// How a study is done, of which nothing changes what it comes to.
struct StudyExecution: ParsableArguments {
  @Option(
    help: "Groups of ranks that train side by side; as many as there is work for unless given.",
    transform: BoundedNumber.whole(1...65_536, "groups"))
  var slots: Int?

  @Flag(help: "Go on with another program or core type, whose results may have other bits.")
  var acceptOtherBits = false

  /// The same on the command line of another process.
  var arguments: [String] {
    (slots.map { ["--slots", "\($0)"] } ?? []) + (acceptOtherBits ? ["--accept-other-bits"] : [])
  }

  /// The same for the study itself.
  func options(isResuming: Bool) -> StudyRun.Options {
    var options = StudyRun.Options()
    options.isResuming = isResuming
    options.acceptsOtherBits = acceptOtherBits
    options.slots = slots
    return options
  }
}

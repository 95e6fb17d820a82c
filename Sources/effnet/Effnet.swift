import ArgumentParser
import Boundary
import Datasets
import Foundation
import Hosts
import Supervision
import Training

/// The command line.
@main
struct Effnet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "effnet",
    abstract: "Trains the EfficientNet family on CPU clusters.",
    discussion: """
      Start several ranks with effnet launch or mpirun; the result does not depend on how many.

      Exit codes: 0 done, 1 a check did not hold, 2 bad usage or configuration, 3 bad or damaged \
      data, 4 a rank was lost, 5 a rank was stuck, 6 numeric failure, 7 output cannot be written, \
      130 or 143 stopped by a signal after saving.
      """,
    version: Version.number,
    subcommands: [
      TrainCommand.self, LaunchCommand.self, DoctorCommand.self, EvaluateCommand.self,
      PredictCommand.self, PackCommand.self, SearchCommand.self,
      InspectCommand.self, VerifyCommand.self, BenchmarkCommand.self,
    ])

  /// Files that may be open beside those of the run itself, as far as the system allows.
  private static let mostStrangers = 1 << 14

  /// The parser would count a misspelled command among arguments that it did not expect.
  private static func requireCommand() throws {
    guard let misspelled = misspelledCommand(CommandLine.arguments.dropFirst()) else { return }
    throw ValidationError(misspelled)
  }

  /// What is wrong with the first of the words that should name a command and does not.
  private static func misspelledCommand(_ words: ArraySlice<String>) -> String? {
    var command: any ParsableCommand.Type = Effnet.self
    var path = ""
    for word in words {
      let next = command.configuration.subcommands
      let names = next.map { $0._commandName } + (path.isEmpty ? ["help"] : [])
      guard !next.isEmpty, !word.hasPrefix("-"), path.isEmpty || word != "help" else { return nil }
      guard names.contains(word) else {
        return "there is no command \(path)\(word.shown(limit: 80))\(word.suggestion(from: names))"
      }
      guard let known = next.first(where: { $0._commandName == word }) else { return nil }
      command = known
      path += word + " "
    }
    return nil
  }

  /// Parses and runs; every error becomes one line and a documented exit code.
  static func main() {
    SignalDisposition.note(SignalsAtStart.ignored)
    StandardStreams.occupyClosed()
    // mpirun reads a pipe: without this, lines of a running job would arrive in blocks.
    StandardOutput.writeEachLine()
    signal(SIGPIPE, SIG_IGN)
    // MPI and mpirun accept whoever knocks at their ports, which is not to keep a run from saving.
    OpenFileLimit.raise(for: Self.mostStrangers)
    // Whoever has started this one may not care how children end; this one does.
    signal(SIGCHLD, SIG_DFL)
    // A file that may not grow is an error of the write, and not a rank that dies.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command: (any ParsableCommand)?
      do {
        try requireCommand()
        command = try parseAsRoot()
      } catch { try tell(error) }
      if var command, Launcher.isFirst || !(command is any UnsharedCommand) {
        do { try command.run() } catch let error where isOfParser(error) { try tell(error) }
      }
      if StandardOutput.isLost {
        throw Failure(
          .output,
          "standard output cannot be written: what was printed is lost; make room or "
            + "redirect it elsewhere")
      }
    } catch {
      let failure = Failure(error)
      Job.waitForFirstRank(before: failure)
      failure.exit()
    }
  }

  /// Whether a command has only asked for help, of itself or of others, with types that the parser
  /// keeps to itself.
  private static func isOfParser(_ error: any Error) -> Bool {
    String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
  }

  /// Says what the parser has to say: help and version on standard output, or what is wrong with
  /// the arguments, which are the same on all ranks.
  private static func tell(_ error: any Error) throws {
    let isFirst = Launcher.isFirst
    guard exitCode(for: error) == .success else {
      let text = message(for: error).shown
      let isSentence = text.hasSuffix(".")
      throw Failure(
        .usage,
        isFirst
          ? "\(text)\(isSentence ? " See" : "; see") \(commandWords.joined(separator: " ")) --help"
          : nil)
    }
    let text = fullMessage(for: error)
    let words = CommandLine.arguments.dropFirst()
    // The parser helps with all commands where it does not know the one that it is asked about.
    if isFirst, words.first == "help", let misspelled = misspelledCommand(words.dropFirst()) {
      print(misspelled + "\n")
    }
    if isFirst { print(text == Version.number ? Version.text : text) }
  }

  /// The words of the arguments that name a command.
  private static var commandWords: [String] {
    var words = ["effnet"]
    var command: any ParsableCommand.Type = Effnet.self
    for word in CommandLine.arguments.dropFirst() {
      guard
        let next = command.configuration.subcommands.first(where: { $0._commandName == word })
      else { break }
      words.append(word)
      command = next
    }
    return words
  }
}

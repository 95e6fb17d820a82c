import ArgumentParser
import Boundary
import Foundation
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
    subcommands: [
      TrainCommand.self, LaunchCommand.self, DoctorCommand.self, EvaluateCommand.self,
      PredictCommand.self, PackCommand.self,
      InspectCommand.self, VerifyCommand.self, BenchmarkCommand.self,
    ])

  /// The parser would count a misspelled command among arguments that it did not expect.
  private static func requireCommand() throws {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"),
      !names.contains(word)
    else { return }
    throw Failure(
      .usage,
      "there is no command \(word.shown)\(word.suggestion(from: names)); see effnet --help")
  }

  /// Parses and runs; every error becomes one line and a documented exit code.
  static func main() {
    // mpirun reads a pipe: without this, lines of a running job would arrive in blocks.
    StandardOutput.writeEachLine()
    signal(SIGPIPE, SIG_IGN)
    // A file that may not grow is an error of the write, and not a rank that dies.
    signal(SIGXFSZ, SIG_IGN)
    do {
      try requireCommand()
      var command = try parseAsRoot()
      try command.run()
      if StandardOutput.isLost {
        throw Failure(
          .output,
          "standard output cannot be written: what was printed is lost; make room or "
            + "redirect it elsewhere")
      }
    } catch let failure as Failure {
      failure.exit()
    } catch {
      let code = exitCode(for: error)
      guard code != .success else { exit(withError: error) }
      // ArgumentParser has its own code for bad usage; the contract says 2.
      StandardError.write(fullMessage(for: error) + "\n")
      Foundation.exit(Failure.Code.usage.rawValue)
    }
  }
}

internal import Boundary
import Foundation

/// The question to a host whether it answers, through the remote shell that `mpirun` uses.
package struct HostProbe: Sendable {
  /// A host that answered.
  package struct Answer: Sendable, Equatable {
    /// Physical cores; `nil` where the host does not tell.
    package let cores: Int?
  }

  /// Why no rank can be started on a host.
  package enum Obstacle: Error, CustomStringConvertible {
    /// It does not answer.
    case silence(String)
    /// It answers, and lacks the program or what that needs.
    case lack(String)

    package var description: String {
      switch self {
      case .silence(let text), .lack(let text): text
      }
    }

    /// What to do, where the host is one of those in `file`.
    package func cure(in file: String) -> String {
      switch self {
      case .silence:
        "make ssh HOST true work without a password, or correct or remove it in \(file)"
      case .lack:
        "put the program there under the same path, with the packages that Cluster/check names "
          + "there, or remove the host in \(file)"
      }
    }
  }

  /// The remote shell and its options.
  package let shell: [String]

  /// The first remote shell that is there of those that the environment names to `mpirun`; `ssh`
  /// without questions where it names none.
  package init(of mpirun: MPIRun, environment: [String: String]) {
    let named = mpirun.remoteShells(environment)
    shell =
      named.first { JobProcess.path(of: $0[0]) != nil } ?? named.first
      ?? ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"]
  }

  /// Seconds that a program may take to be read over a busy network, with its libraries.
  private let startingPatience = 30.0

  /// A host's first line, a comment like those of `lscpu`.
  private static let presence = "# here"

  /// What the question ends with where the program does not start: no remote shell ends so by
  /// itself.
  private static let lackCode: Int32 = 90

  /// Asks all hosts at the same time whether they are there, and whether a program starts there.
  ///
  /// - Parameters:
  ///   - program: Path of a program that takes `--version`.
  ///   - seconds: How long they have to answer; to start the program they have
  ///     ``startingPatience``.
  /// - Returns: The answers in the order of `hosts`, or why there is none.
  package func ask(
    _ hosts: [String], program: String = OwnProgram.path, seconds: Double = 5
  ) -> [Result<Answer, Obstacle>] {
    let quoted = "'" + program.replacing("'", with: "'\\''") + "'"
    let question =
      "echo '\(Self.presence)'; lscpu -p=CORE,SOCKET 2>/dev/null || true; "
      + "\(quoted) --version >/dev/null || exit \(Self.lackCode)"
    let questions = hosts.map { host in
      let process = Process()
      let (output, errors) = (Pipe(), Pipe())
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      // To itself a host answers even where its link is down, and mpirun does not ask it either.
      process.arguments =
        (OwnHost.includes(host) ? ["sh", "-c"] : shell + [host])
        + [question]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = output
      process.standardError = errors
      return (host, process, output, errors, Result { try process.run() })
    }
    let deadline = MonotonicTime.seconds + seconds
    return questions.map { host, process, output, errors, start in
      func silence(_ reason: String) -> Result<Answer, Obstacle> {
        .failure(.silence("host \(host) does not answer\(reason)"))
      }
      if case .failure(let error) = start { return silence(": \(error.systemReason)") }
      func wait(until deadline: Double) {
        while process.isRunning, MonotonicTime.seconds < deadline {
          Thread.sleep(forTimeInterval: 0.01)
        }
      }
      wait(until: deadline)
      var answer = process.isRunning ? Self.lines(output) : []
      let isThere = answer.contains(Self.presence)
      if isThere { wait(until: deadline + startingPatience) }
      if process.isRunning {
        kill(process.processIdentifier, SIGKILL)
        return isThere
          ? .failure(
            .lack("host \(host) does not start effnet within \(Int(seconds + startingPatience)) s"))
          : silence(" within \(Int(seconds)) s")
      }
      if process.terminationStatus == Self.lackCode {
        let reason = Self.lines(errors).last ?? "\(program) does not start"
        return .failure(.lack("host \(host) cannot start effnet: \(reason)"))
      }
      guard process.terminationStatus == 0 else {
        let reason = Self.lines(errors).last ?? "\(shell[0]) ends with \(process.terminationStatus)"
        return silence(": \(reason)")
      }
      answer += Self.lines(output)
      let cores = Set(answer.filter { $0.first != "#" })
      return .success(Answer(cores: cores.isEmpty ? nil : cores.count))
    }
  }

  /// The lines that are in a pipe now.
  private static func lines(_ pipe: Pipe) -> [String] {
    pipe.text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }
}

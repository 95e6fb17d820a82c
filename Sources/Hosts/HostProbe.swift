import Boundary
import Foundation
import Supervision

/// The question to a host whether it answers, through the remote shell that `mpirun` uses.
package struct HostProbe: Sendable {
  /// A host that answered.
  package struct Answer: Sendable, Equatable {
    /// Physical cores; `nil` where the host does not tell.
    package let cores: Int?
  }

  /// The remote shell and its options.
  package let shell: [String]

  /// The first remote shell that is there of those that the environment names to `mpirun`; `ssh` without
  /// questions where it names none.
  package init(of mpirun: MPIRun, environment: [String: String]) {
    let named = mpirun.remoteShells(environment)
    shell =
      named.first { JobProcess.path(of: $0[0]) != nil } ?? named.first
      ?? ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"]
  }

  /// Asks all hosts at the same time.
  ///
  /// - Parameter seconds: How long they have.
  /// - Returns: The answers in the order of `hosts`, or why there is none.
  package func ask(_ hosts: [String], seconds: Double = 5) -> [Result<Answer, HostsError>] {
    let questions = hosts.map { host in
      let process = Process()
      let (output, errors) = (Pipe(), Pipe())
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      // To itself a host answers even where its link is down, and mpirun does not ask it either.
      process.arguments =
        (OwnHost.includes(host) ? ["sh", "-c"] : shell + [host])
        + ["lscpu -p=CORE,SOCKET 2>/dev/null || true"]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = output
      process.standardError = errors
      return (host, process, output, errors, Result { try process.run() })
    }
    let deadline = Date(timeIntervalSinceNow: seconds)
    return questions.map { host, process, output, errors, start in
      func silence(_ reason: String) -> Result<Answer, HostsError> {
        .failure(HostsError("host \(host) does not answer\(reason)"))
      }
      if case .failure(let error) = start { return silence(": \(error.systemReason)") }
      while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
      if process.isRunning {
        kill(process.processIdentifier, SIGKILL)
        return silence(" within \(Int(seconds)) s")
      }
      guard process.terminationStatus == 0 else {
        let reason = Self.lines(errors).last ?? "\(shell[0]) ends with \(process.terminationStatus)"
        return silence(": \(reason)")
      }
      let cores = Set(Self.lines(output).filter { $0.first != "#" })
      return .success(Answer(cores: cores.isEmpty ? nil : cores.count))
    }
  }

  /// The lines that are in a pipe now.
  private static func lines(_ pipe: Pipe) -> [String] {
    pipe.text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }
}

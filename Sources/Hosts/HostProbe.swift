import Foundation

/// The question to a host whether it answers, through the remote shell that `mpirun` uses.
package struct HostProbe: Sendable {
  /// A host that answered.
  package struct Answer: Sendable, Equatable {
    /// Physical cores; `nil` where the host does not tell.
    package let cores: Int?
  }

  /// The remote shell and its options.
  package let shell: [String]

  /// The first remote shell that is there of those that the environment names to Open MPI, between
  /// colons; `ssh` without questions where it names none.
  package init(environment: [String: String]) {
    let named = (environment["OMPI_MCA_plm_rsh_agent"] ?? "").split(separator: ":")
      .map { $0.split(separator: " ").map(String.init) }.filter { !$0.isEmpty }
    shell =
      named.first { JobProcess.path(of: $0[0]) != nil } ?? named.first
      ?? ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"]
  }

  private static let ownNames: Set<String> = {
    let name = ProcessInfo.processInfo.hostName
    return ["localhost", name, String(name.prefix { $0 != "." })]
  }()

  /// Asks all hosts at the same time.
  ///
  /// - Parameter seconds: How long they have.
  /// - Returns: The answers in the order of `hosts`; `nil` for those that did not answer in time.
  package func ask(_ hosts: [String], seconds: Double = 5) -> [Answer?] {
    let questions = hosts.map { host in
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      // To itself a host answers even where its link is down, and mpirun does not ask it either.
      process.arguments =
        (Self.ownNames.contains(host) ? ["sh", "-c"] : shell + [host])
        + ["lscpu -p=CORE,SOCKET 2>/dev/null || true"]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = pipe
      process.standardError = FileHandle.nullDevice
      return (process, pipe, (try? process.run()) != nil)
    }
    let deadline = Date(timeIntervalSinceNow: seconds)
    return questions.map { process, pipe, hasStarted in
      guard hasStarted else { return nil }
      while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
      if process.isRunning {
        kill(process.processIdentifier, SIGKILL)
        return nil
      }
      guard process.terminationStatus == 0 else { return nil }
      let text = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
      let cores = Set(text.split(separator: "\n").filter { $0.first != "#" })
      return Answer(cores: cores.isEmpty ? nil : cores.count)
    }
  }
}

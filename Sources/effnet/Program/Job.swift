import Boundary
import Foundation
import Hosts
import Kernels
import MPI
import Training

/// A command that computes: prepares the processor, starts MPI, and ends all ranks together.
enum Job {
  /// Runs `body` on every rank.
  ///
  /// An error on one rank ends all of them, with that rank's line and exit code. Where all ranks
  /// meet the same error, rank 0 speaks for all: the others wait a moment before they do.
  ///
  /// - Parameter prepare: What precedes MPI, in the process that stays.
  static func run(prepare: () -> Void = {}, _ body: (Communicator) throws -> Void) throws {
    let environment = ProcessInfo.processInfo.environment
    let launcher = Launcher(environment)
    do {
      if launcher?.isOfMPICH == true { try Shepherd.holdRank() }
    } catch { throw Failure(error) }
    try prepareProcessor()
    prepare()
    try requireFilesOfMPI()
    // MPI itself would end with a riddle here, too, or start as many jobs of one rank.
    if let launcher, Launcher.lacksInterface(environment) { throw launcher.refusal }
    let world: Communicator
    do { world = try MPISession().world } catch { throw Failure(error) }
    if let launcher, launcher.size > 1, world.size == 1 { throw launcher.refusal }
    do {
      try body(world)
      _ = try tellLauncher(0, world)
    } catch {
      let failure = Failure(error)
      if failure.isAgreed {
        if world.rank == 0 { failure.report() }
        throw Failure(silently: try tellLauncher(failure.code, world) ? 0 : failure.code)
      }
      if world.size == 1 { throw failure }
      wait(0.3, asRank: world.rank, before: failure)
      failure.report()
      world.abort(exitCode: failure.code)
    }
  }

  /// Bytes of the file through which MPI's processes on a host talk, with Open MPI.
  private static let sharedFileBytes = 4 << 20

  /// Without room for its own files Open MPI ends with a page of riddles.
  private static func requireFilesOfMPI() throws {
    var limit = rlimit()
    let resource = __rlimit_resource_t(bitPattern: RLIMIT_FSIZE.rawValue)
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < sharedFileBytes else { return }
    throw Failure(
      .output,
      "files may not have more than \(limit.rlim_cur >> 10) KiB here, too little for those of MPI; "
        + "raise the limit to \(sharedFileBytes >> 10) KiB or more (ulimit -f)")
  }

  /// Lets rank 0 speak for all where ranks fail before MPI connects them, and has its launcher end
  /// them.
  static func waitForFirstRank(before failure: Failure) {
    guard let launcher = Launcher.current, !launcher.isOfMPICH else { return }
    // A launcher ends the others when it has seen one end, which takes Open MPI half a second.
    wait(2, asRank: launcher.rank, before: failure)
  }

  private static func wait(_ seconds: Double, asRank rank: Int, before failure: Failure) {
    guard rank > 0 else { return }
    let old = StopSignal.pending
    Thread.sleep(forTimeInterval: seconds + 0.02 * Double(min(rank, 50)))
    // Another rank has spoken and had the launcher end this one.
    if old == nil, StopSignal.pending != nil { _exit(failure.code) }
  }

  /// What every rank has made by itself, such as a configuration that it has read; an error of any
  /// of them is that of all, and told once.
  static func agreed<Value>(
    _ result: Result<Value, any Error>, _ world: Communicator
  ) throws -> Value {
    try TrainingGroup(world).agreed { () throws(TrainingError) in
      do { return try result.get() } catch {
        let failure = Failure(error)
        throw TrainingError(FaultKind(rawValue: failure.code) ?? .usage, failure.message ?? "")
      }
    }
  }

  /// Names the file in which the ranks leave their exit code for `effnet launch`.
  static let endingVariable = "EFFNET_ENDING"

  /// Leaves the exit code for `effnet launch`, if it has started the ranks: nothing is left to do
  /// but to end MPI, in which MPICH's ranks on several hosts have waited for each other for ever.
  ///
  /// Where a rank ends with another code than 0, even the last one, `mpirun` sleeps twice through
  /// its time between the signals to end and to die.
  ///
  /// - Returns: Whether the ranks are to end with 0; the same on all of them.
  private static func tellLauncher(_ code: Int32, _ world: Communicator) throws -> Bool {
    guard let file = ProcessInfo.processInfo.environment[endingVariable] else {
      return false
    }
    let isTold =
      world.rank == 0
      && (try? Self.leave("\(code)\n", in: file)) != nil
    return try world.sum(isTold ? 1 : 0) > 0
  }

  private static func leave(_ text: String, in file: String) throws {
    let descriptor = try WrittenFile.open(file, O_WRONLY, .missing, folderIsReal: true)
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  /// Checks the instruction set and makes OpenBLAS use the kernels that suit the processor.
  ///
  /// OpenBLAS chooses while it is loaded, so a wrong choice is mended by executing the program once
  /// more with `OPENBLAS_CORETYPE` set, before MPI starts. `EFFNET_CORETYPE` fixes the choice, for
  /// clusters of mixed nodes.
  private static func prepareProcessor() throws {
    let processor = InstructionSet.processor
    let missing = InstructionSet.missing
    guard missing.isEmpty else {
      let level = processor == .avx512 ? "-v4" : processor == .avx2 ? "-v3" : ""
      throw Failure(
        .usage,
        "this program was built for a processor with \(missing.joined(separator: " ")), which this "
          + "one has not; build it with EFFNET_MARCH=x86-64\(level)")
    }
    OpenBLAS.useOneThread()
    let environment = ProcessInfo.processInfo.environment
    let wanted = environment["EFFNET_CORETYPE"] ?? OpenBLAS.bestCoreName(for: processor)
    guard let wanted, wanted.lowercased() != OpenBLAS.coreName.lowercased() else { return }
    let marker = "EFFNET_RESTARTED_FOR"
    if environment[marker] == wanted {
      guard environment["EFFNET_CORETYPE"] == nil else {
        throw Failure(
          .usage,
          "OpenBLAS has no core type \(wanted) (it took \(OpenBLAS.coreName)); correct "
            + "EFFNET_CORETYPE or unset it")
      }
      return
    }
    setenv("OPENBLAS_CORETYPE", wanted, 1)
    setenv(marker, wanted, 1)
    let arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execv(OwnProgram.path, arguments)
    throw Failure(.usage, "cannot restart with OPENBLAS_CORETYPE=\(wanted): \(errno)")
  }
}

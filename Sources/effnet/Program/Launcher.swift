import Foundation
import Hosts
import MPI

/// What started this process, as far as its environment tells.
struct Launcher {
  /// Processes that were started together with this one.
  let size: Int
  /// Number of this one among them.
  let rank: Int
  private let name: String
  private let cure: String

  private static let slurmCure =
    "use srun --mpi=pmix (srun --mpi=list shows whether there is pmix), or mpirun within the "
    + "allocation"

  /// How long ranks may take to start and MPI to connect them, beside all deadlines: launchers
  /// start the ranks of a host one after the other and its daemons in a tree, and each rank's
  /// addresses go to all. Generous, because a wait that is too long costs less than a run that is
  /// ended as it starts.
  static func startingSeconds(ranks: Int) -> Double { 10 + 0.05 * Double(ranks) }

  /// What started this process.
  static let current = Launcher(ProcessInfo.processInfo.environment)

  /// Whether this process is the one that speaks where all that were started have the same to say.
  static var isFirst: Bool { (current?.rank ?? 0) == 0 }

  /// The innermost launcher: mpirun within a step of Slurm counts, not the step.
  init?(_ environment: [String: String]) {
    let launchers = [
      (Self.name(.orte), "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", Self.mpirunCure),
      ("srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", Self.slurmCure),
      (Self.name(.hydra), "PMI_SIZE", "PMI_RANK", Self.mpirunCure),
    ]
    for (name, sizeKey, rankKey, cure) in launchers {
      // A batch script has the number of tasks, too, but is no step.
      if name == "srun", environment["SLURM_STEP_ID"] == nil { continue }
      guard let size = environment[sizeKey].flatMap({ Int($0) }) else { continue }
      self.size = size
      rank = environment[rankKey].flatMap { Int($0) } ?? 0
      (self.name, self.cure) = (name, cure)
      return
    }
    return nil
  }

  private static let library = MPISession.libraryVersion

  /// Whether it is MPICH's own: that ends all ranks when one dies of a signal, before they can name
  /// it, and none when one ends with an error.
  var isOfMPICH: Bool {
    MPIRun.Family(library: Self.library) == .hydra && name == Self.name(.hydra) && size > 1
  }

  /// What to call the `mpirun` of a family; all of Open MPI's set the same variables.
  private static func name(_ family: MPIRun.Family) -> String {
    let isOwn = (MPIRun.Family(library: library) == .hydra) == (family == .hydra)
    return isOwn ? "mpirun" : "another MPI's mpirun"
  }

  private static let mpirunCure =
    "use the mpirun of \(library), which effnet was built with (mpirun --version)"

  /// Whether this process is a rank of an `mpirun`, within which there cannot be another.
  static func isWithinMPIRun(_ environment: [String: String]) -> Bool {
    environment["OMPI_COMM_WORLD_SIZE"] != nil
      || environment["PMI_SIZE"] != nil && environment["SLURM_STEP_ID"] == nil
  }

  /// Whether the processes cannot find each other: MPI has no interface to srun in this
  /// environment.
  static func lacksInterface(_ environment: [String: String]) -> Bool {
    guard let launcher = Launcher(environment), launcher.name == "srun" else { return false }
    return launcher.size > 1 && environment["PMIX_RANK"] == nil && environment["PMI_RANK"] == nil
  }

  /// The refusal to run as separate jobs, in the words of the first process.
  var refusal: Failure {
    Failure(
      .usage,
      rank > 0
        ? nil
        : "\(name) started \(size) processes, but MPI does not connect them: each would train by "
          + "itself; \(cure)",
      isAgreed: true)
  }
}

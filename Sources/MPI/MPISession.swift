internal import CMPI
import Glibc

/// The life of MPI in this process: started by `init`, finished when the last user lets go.
///
/// Every ``Communicator`` keeps its session alive, so MPI ends after the last of them, on the main
/// thread, once. A process that was not started by `mpirun` or `srun` is the only rank of its
/// world.
public final class MPISession {
  let processorName: String

  /// Starts MPI for calls from this thread only (`MPI_THREAD_FUNNELED`).
  ///
  /// - Throws: If MPI was started before in this process, which it allows once, or cannot start.
  public init() throws(MPIError) {
    var isInitialized: CInt = 0
    try checkCode("MPI_Initialized", MPI_Initialized(&isInitialized))
    guard isInitialized == 0 else {
      throw MPIError(
        operation: "MPI_Init_thread", code: Int(MPI_ERR_OTHER),
        text: "MPI can be started only once in a process")
    }
    Self.nameHome()
    let transports = Self.transports
    for (name, value) in transports { setenv(name, value, 1) }
    // Not for those that this process starts.
    defer { for name in transports.keys { unsetenv(name) } }
    let wanted = CInt(MPI_THREAD_FUNNELED)
    var provided: CInt = 0
    try checkCode("MPI_Init_thread", MPI_Init_thread(nil, nil, wanted, &provided))
    guard provided >= wanted else {
      throw MPIError(
        operation: "MPI_Init_thread", code: Int(MPI_ERR_OTHER),
        text: "the library has no MPI_THREAD_FUNNELED; install one built with thread support")
    }
    var length: CInt = 0
    var name = [CChar](repeating: 0, count: Int(MPI_MAX_PROCESSOR_NAME) + 1)
    try check("MPI_Get_processor_name", MPI_Get_processor_name(&name, &length))
    processorName = String(name, length: length)
  }

  deinit {
    do throws(MPIError) {
      try check("MPI_Finalize", MPI_Finalize())
    } catch {
      fatalError("\(error)")
    }
  }

  /// Services have no variable for their home, without which Open MPI 5 does not start.
  private static func nameHome() {
    guard getenv("HOME") == nil else { return }
    setenv("HOME", getpwuid(geteuid())?.pointee.pw_dir.map { String(cString: $0) } ?? "/", 0)
  }

  /// Variables, where they are not set, with which the library opens no port where all ranks are on
  /// one host, and talks through shared memory anyway: whoever finds a port can fill it with
  /// connections until the process may open no file any more.
  private static var transports: [String: String] {
    let values: [String: String] =
      switch Reach({ getenv($0).map { String(cString: $0) } }) {
      // Open MPI 5 leaves the file of the shared memory behind where no launcher cleans up.
      case .process: ["OMPI_MCA_btl": "self", "UCX_TLS": "self"]
      // Where a value is set that of the system's configuration no longer counts: Debian's leaves
      // out those after the first, which open ports as well. Debian's MPICH talks through UCX.
      case .host: ["OMPI_MCA_btl": "^tcp,ofi,openib,uct", "UCX_TLS": "self,sm"]
      case .hosts: [:]
      }
    return values.filter { getenv($0.key) == nil }
  }

  /// Where the ranks of the job are.
  package enum Reach {
    /// This process is the only one.
    case process
    /// All are on one host.
    case host
    /// There may be others.
    case hosts

    /// What the variables tell that the launcher has set.
    package init(_ variable: (String) -> String?) {
      if let size = variable("OMPI_COMM_WORLD_SIZE") {
        self = variable("OMPI_COMM_WORLD_LOCAL_SIZE") == size ? .host : .hosts
      } else if let size = variable("PMI_SIZE"), let own = variable("MPI_LOCALNRANKS") {
        self = own == size ? .host : .hosts
      } else if let hosts = variable("SLURM_STEP_NUM_NODES") {
        self = hosts == "1" ? .host : .hosts
      } else {
        let isLaunched = variable("PMIX_RANK") != nil || variable("PMI_RANK") != nil
        self = isLaunched ? .hosts : .process
      }
    }
  }

  /// All ranks of the job.
  public var world: Communicator {
    get throws(MPIError) { try Communicator(RankGroup(all: self)) }
  }

  /// Name and version of the library in one line.
  public static var libraryVersion: String {
    var text = [CChar](repeating: 0, count: Int(MPI_MAX_LIBRARY_VERSION_STRING) + 1)
    var length: CInt = 0
    guard MPI_Get_library_version(&text, &length) == MPI_SUCCESS else { return "MPI" }
    let whole = String(text, length: length)
    // MPICH writes "MPICH Version:<tab>4.0.2".
    return whole.prefix { $0 != "," && $0 != "\n" }.split(whereSeparator: \.isWhitespace)
      .filter { $0 != "Version:" }.joined(separator: " ")
  }
}

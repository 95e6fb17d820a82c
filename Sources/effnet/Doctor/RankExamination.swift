import Boundary
import Foundation
import Hosts
import Kernels
import MPI
import Networks
import Training

/// What one rank finds out about its host for `effnet doctor`.
struct RankExamination: Codable {
  /// A network interface.
  struct Interface: Codable {
    let name, address, subnet: String
    let megabits: Int?
  }

  let rank: Int
  let host: String
  let pid: Int32
  let mpi, coreType, processor, compiled: String
  let bestCoreType: String?
  /// Cores allotted to the rank, by the number of their first processor, and ranks they suffice
  /// for.
  let cores: [Int]
  let coreCount: Int
  /// Free memory and what the configuration needs a rank, in bytes.
  let freeMemory: Double
  var neededMemory: Double?
  /// Free space for output, in bytes.
  var freeSpace: Double?
  /// Why rank 0 cannot write output.
  var outputProblem: String?
  let interfaces: [Interface]
  let program: String
  var configuration: UInt64?
  /// What kept the configuration or the data from being read.
  var problem: String?
  /// Images read, their bytes and the seconds that took.
  var images = 0
  var bytes = 0
  var seconds = 0.0

  init(_ world: Communicator) {
    rank = world.rank
    host = ProcessInfo.processInfo.hostName
    pid = getpid()
    mpi = MPISession.libraryVersion
    coreType = OpenBLAS.coreName
    processor = "\(InstructionSet.processor)"
    compiled = "\(InstructionSet.compiled)"
    bestCoreType = OpenBLAS.bestCoreName(for: InstructionSet.processor)
    let allotted = AllottedCores()
    cores = allotted.cores.compactMap(\.first)
    coreCount = allotted.count
    freeMemory = AllottedMemory.free()
    interfaces = NetworkInterface.all.map {
      Interface(name: $0.name, address: $0.address, subnet: $0.subnet, megabits: $0.megabits)
    }
    program = LibraryVersions.program
  }

  /// Reads the configuration and some of its images, spread over all shards.
  ///
  /// - Parameter isStudy: Whether it is that of a study, whose base is looked at.
  mutating func read(
    _ path: String, _ overrides: [String], isStudy: Bool, output: String, rankCount: Int
  ) {
    do {
      let study = isStudy ? try ConfigurationFile.readStudy(path, overrides) : nil
      let configuration = try study?.run ?? ConfigurationFile.read(path, overrides)
      self.configuration = Checkpoint.fingerprint(study?.yaml ?? configuration.yaml)
      let place = Self.place(of: output)
      freeSpace = Self.freeSpace(place)
      if rank == 0 { outputProblem = Self.writingProblem(place, output) }
      let dataset = try DataFeed(configuration).training.dataset
      let start = MonotonicTime.seconds
      for index in 0..<min(64, dataset.count) {
        let sample = (rank + index * rankCount * 7919) % dataset.count
        let (shard, image) = dataset.locate(sample)
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(
          capacity: dataset.shards[shard].place(of: image).byteCount)
        defer { bytes.deallocate() }
        try dataset.shards[shard].read(image: image, into: bytes)
        images += 1
        self.bytes += bytes.count
      }
      seconds = MonotonicTime.seconds - start
      let architecture = Architecture(configuration.network, classes: dataset.classNames.count)
      // A study has more ranks than can share a training, and forms groups that have the memory.
      let sharing = min(rankCount, configuration.batch.roundMicroBatchCount)
      let imageCount =
        (configuration.batch.size / configuration.batch.rounds + sharing - 1) / sharing
      neededMemory = architecture.trainingBytes(images: imageCount)
    } catch {
      problem = Failure(error).message
    }
  }

  /// A folder or, if it is still to be made, what will hold it.
  private static func place(of folder: String) -> String {
    var path = URL(fileURLWithPath: folder)
    while access(path.path, F_OK) != 0, path.path != "/" { path.deleteLastPathComponent() }
    return path.path
  }

  /// Bytes for files in a folder; `nil` where the system does not tell.
  private static func freeSpace(_ folder: String) -> Double? {
    var system = statvfs()
    guard statvfs(folder, &system) == 0 else { return nil }
    return Double(system.f_bavail) * Double(system.f_frsize)
  }

  /// Why nothing can be made in a folder, and what to do. Only the attempt tells: to root
  /// permissions are as good as given on file systems that allow nothing.
  private static func writingProblem(_ folder: String, _ output: String) -> String? {
    var name = Array("\(folder)/.effnet-doctor-XXXXXX".utf8CString)
    guard mkdtemp(&name) == nil else {
      rmdir(name)
      return nil
    }
    let reason = String(cString: strerror(errno)).lowercased()
    return "cannot write the output folder \(output): \(reason) (\(folder)); mend that, or choose "
      + "another with --output"
  }
}

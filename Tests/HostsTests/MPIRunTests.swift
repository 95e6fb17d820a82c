import Foundation
import Hosts
import XCTest

final class MPIRunTests: XCTestCase {
  private var folder = URL(fileURLWithPath: "/")
  private var path: String?

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "MPIRunTests-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = ProcessInfo.processInfo.environment["PATH"]
    // The scripts below need no other program.
    setenv("PATH", folder.path, 1)
  }

  override func tearDownWithError() throws {
    if let path { setenv("PATH", path, 1) } else { unsetenv("PATH") }
    try FileManager.default.removeItem(at: folder)
  }

  /// Puts a program there that says `text` about itself.
  private func install(_ name: String, _ text: String) throws {
    let file = folder.appending(path: name)
    try Data("#!/bin/sh\necho '\(text)'\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  private static let hydra = """
    HYDRA build details:
        Version:                                 4.0.2
        Release Date:                            Thu Apr  7 12:34:45 CDT 2022
    """
  private static let orte = "mpirun (Open MPI) 4.1.4\n\nReport bugs to http://www.open-mpi.org/"
  private static let prrte = "mpirun (Open MPI) 5.0.7\n\nReport bugs to https://www.open-mpi.org/"

  func testKnowsLibrariesByTheirNames() {
    let families: [(String, MPIRun.Family?)] = [
      ("Open MPI v4.1.4", .orte), ("Open MPI v3.1.0rc1", .orte), ("Open MPI v5.0.7", .prrte),
      ("Open MPI v10.0", .prrte), ("MPICH 4.0.2", .hydra), ("MPICH 5.0.0a1", .hydra),
      ("Open MPI", nil), ("Open MPI vx", nil), ("MPI", nil), ("", nil),
    ]
    for (library, family) in families {
      XCTAssertEqual(MPIRun.Family(library: library), family, library)
    }
    XCTAssertEqual(MPIRun.Family.library(Self.hydra), "MPICH 4.0.2")
    XCTAssertEqual(MPIRun.Family.library(Self.orte), "Open MPI v4.1.4")
    XCTAssertNil(MPIRun.Family.library("usage: mpirun PROGRAM"))
  }

  func testFindsTheLauncherOfTheLibraryBesideOthers() throws {
    XCTAssertThrowsError(try MPIRun(for: "MPICH 4.0.2")) {
      XCTAssertEqual(
        "\($0)", "mpirun is missing; install it (Debian: mpich), or add its folder to PATH")
    }
    try install("mpirun", Self.orte)
    XCTAssertEqual(try MPIRun(for: "Open MPI v4.1.4"), MPIRun(.orte, named: "mpirun"))
    for library in ["MPICH 4.0.2", "Open MPI v5.0.7"] {
      XCTAssertThrowsError(try MPIRun(for: library)) {
        XCTAssertTrue(
          "\($0)".hasPrefix(
            "mpirun is that of Open MPI v4.1.4, and effnet was built with \(library); put"), "\($0)"
        )
      }
    }
    try install("mpirun.mpich", Self.hydra)
    XCTAssertEqual(try MPIRun(for: "MPICH 4.0.2"), MPIRun(.hydra, named: "mpirun.mpich"))
    try install("mpirun.openmpi", Self.prrte)
    XCTAssertEqual(try MPIRun(for: "Open MPI v5.0.7"), MPIRun(.prrte, named: "mpirun.openmpi"))
  }

  func testAScriptThatDoesNotTellIsTakenForTheRightOne() throws {
    try install("mpirun", "usage: mpirun PROGRAM")
    XCTAssertEqual(try MPIRun(for: "MPICH 4.0.2"), MPIRun(.hydra, named: "mpirun"))
    XCTAssertEqual(try MPIRun(for: "Open MPI v5.0.7"), MPIRun(.prrte, named: "mpirun"))
  }

  private func circumstances(
    _ environment: [String: String] = [:]
  ) -> LaunchPlan.Circumstances {
    .init(
      ranks: nil, most: nil, environment: environment, isRoot: true, mayCopyDirectly: false)
  }

  private let hosts = [HostShare("a", ranks: 4), HostShare("u@b", ranks: 1)]

  func testHydraIsToldNothingThatItDoesNotKnow() throws {
    let run = MPIRun(.hydra, named: "mpirun.mpich")
    XCTAssertEqual(
      run.command(
        ranks: 5, on: .hosts(hosts), isBound: true, isOversubscribing: true, yieldsWhenIdle: true,
        circumstances(["EFFNET_CORETYPE": "Haswell"])),
      ["mpirun.mpich", "-hosts", "a:4,u@b:1", "-bind-to", "core", "-n", "5"])
    let path = folder.appending(path: "hosts").path
    try Data("a slots=2\nb\na slots=1\n".utf8).write(to: URL(fileURLWithPath: path))
    let file = try HostFile(contentsOf: path)
    XCTAssertEqual(
      run.command(ranks: 4, on: .file(path, file), isBound: false, circumstances()),
      ["mpirun.mpich", "-hosts", "a:3,b:1", "-bind-to", "none", "-n", "4"])
    XCTAssertEqual(
      run.command(
        ranks: 2, on: .allocation, isBound: false, circumstances(["HYDRA_BINDING": "socket"])),
      ["mpirun.mpich", "-n", "2"])
  }

  func testOpenMPI5IsToldInItsOwnNames() {
    let run = MPIRun(.prrte)
    let command = run.command(
      ranks: 5, on: .hosts(hosts), isBound: false, isOversubscribing: true, yieldsWhenIdle: true,
      circumstances(["PRTE_MCA_oob_tcp_keepalive_probes": "9"]))
    for words in [
      ["--allow-run-as-root"], ["--host", "a:4,u@b:1"], ["--oversubscribe"],
      ["--map-by", "slot"], ["--bind-to", "none"], ["--mca", "smsc", "^cma"],
      ["--mca", "mpi_yield_when_idle", "1"], ["--prtemca", "oob_tcp_keepalive_time", "2"],
      ["-x", "OMP_NUM_THREADS"],
    ] {
      XCTAssertFalse(command.ranges(of: words).isEmpty, "no \(words) in \(command)")
    }
    XCTAssertFalse(command.contains { $0.contains("vader") || $0.contains("probes") })
    let user = run.command(
      ranks: 2, on: .here, isBound: false,
      circumstances([
        "PRTE_MCA_rmaps_default_mapping_policy": "node",
        "PRTE_MCA_hwloc_default_binding_policy": "socket", "OMPI_MCA_smsc": "xpmem",
        // What Open MPI 4 would heed.
        "OMPI_MCA_hwloc_base_binding_policy": "none",
      ]))
    XCTAssertFalse(user.contains("--map-by") || user.contains("--bind-to") || user.contains("smsc"))
  }

  func testASignalOfARankLooksTheSameFromEachLauncher() {
    XCTAssertEqual(
      [9, 11, 143, 4, 0, 255].map(MPIRun(.hydra).exitCode), [137, 139, 143, 4, 0, 255])
    XCTAssertEqual([137, 9, 4].map(MPIRun(.orte).exitCode), [137, 9, 4])
  }
}

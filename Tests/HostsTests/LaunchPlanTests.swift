import Foundation
import Hosts
import XCTest

final class LaunchPlanTests: XCTestCase {
  private func circumstances(
    ranks: Int? = nil, most: Int? = nil, _ environment: [String: String] = [:],
    isRoot: Bool = false, mayCopyDirectly: Bool = true
  ) -> LaunchPlan.Circumstances {
    LaunchPlan.Circumstances(
      ranks: ranks, most: most, environment: environment, isRoot: isRoot,
      mayCopyDirectly: mayCopyDirectly)
  }

  private func here(_ circumstances: LaunchPlan.Circumstances) -> LaunchPlan {
    LaunchPlan(on: AllottedCores(), named: "here", by: MPIRun(.orte), circumstances)
  }

  private func option(_ name: String, _ plan: LaunchPlan) -> String? {
    plan.launcher.firstIndex(of: name).map { plan.launcher[$0 + 1] }
  }

  func testOneRankForEachCoreThatIsAllotted() {
    let cores = AllottedCores()
    let plan = here(circumstances())
    XCTAssertEqual(plan.rankCount, cores.count)
    XCTAssertEqual(plan.launcher.suffix(2), ["-n", "\(cores.count)"])
    XCTAssertFalse(plan.launcher.contains("--oversubscribe"))
    XCTAssertFalse(plan.launcher.contains("--allow-run-as-root"))
    XCTAssertEqual(
      option("--bind-to", plan),
      cores.isWholeHost && cores.cores.count == cores.count ? "core" : "none")
    XCTAssertEqual(plan.notes, [])
  }

  func testTakesNoMoreRanksThanCanShareTheWorkAndSaysSo() {
    let plan = here(circumstances(ranks: 16, most: 1))
    XCTAssertEqual(plan.rankCount, 1)
    XCTAssertTrue(plan.notes.contains { $0.contains("1 of 16 ranks") }, "\(plan.notes)")
  }

  func testMoreRanksThanCoresAreAllowedAloud() {
    let count = AllottedCores().count + 1
    let plan = here(circumstances(ranks: count))
    XCTAssertTrue(plan.launcher.contains("--oversubscribe"))
    XCTAssertEqual(option("--bind-to", plan), "none")
    XCTAssertEqual(plan.notes.count, 1)
  }

  func testRootAndContainersAreToldToMpirunWhereTheyAre() {
    let plan = here(circumstances(isRoot: true, mayCopyDirectly: false))
    XCTAssertTrue(plan.launcher.contains("--allow-run-as-root"))
    XCTAssertTrue(plan.launcher.contains("btl_vader_single_copy_mechanism"))
    XCTAssertFalse(here(circumstances()).launcher.contains("btl_vader_single_copy_mechanism"))
  }

  func testWhatTheUserSetsForMpirunStands() {
    let plan = here(
      circumstances([
        "OMPI_MCA_hwloc_base_binding_policy": "socket",
        "OMPI_MCA_btl_vader_single_copy_mechanism": "emulated",
        "EFFNET_CORETYPE": "Haswell",
      ]))
    XCTAssertFalse(plan.launcher.contains("--bind-to"))
    XCTAssertFalse(plan.launcher.contains("btl_vader_single_copy_mechanism"))
    XCTAssertTrue(plan.launcher.contains("EFFNET_CORETYPE"))
  }

  func testFillsHostsOneAfterTheOther() throws {
    let hosts = [("a", 4), ("b", 2), ("c", 4)].map { HostShare($0, ranks: $1, cores: $1) }
    let plan = try LaunchPlan(on: hosts, by: MPIRun(.orte), circumstances(ranks: 5))
    XCTAssertEqual(option("--host", plan), "a:4,b:1")
    XCTAssertEqual(option("--map-by", plan), "slot")
    XCTAssertEqual(option("--bind-to", plan), "none")
    XCTAssertEqual(plan.map, ["a: ranks 0 to 3", "b: rank 4"])
    XCTAssertTrue(plan.launcher.contains("oob_tcp_keepalive_time"))
    XCTAssertEqual(
      option("--bind-to", try LaunchPlan(on: hosts, by: MPIRun(.orte), circumstances())), "core")
    XCTAssertThrowsError(try LaunchPlan(on: hosts, by: MPIRun(.orte), circumstances(ranks: 11))) {
      XCTAssertTrue("\($0)".contains("11 ranks do not fit into the 10 slots of 3 hosts"), "\($0)")
    }
    XCTAssertEqual(plan.notes, [])
  }

  func testAHostWithMoreRanksThanCoresIsNamed() throws {
    let hosts = [
      HostShare("a", ranks: 64, cores: 2), HostShare("b", ranks: 2, cores: 2),
      HostShare("c", ranks: 8),
    ]
    let plan = try LaunchPlan(on: hosts, by: MPIRun(.orte), circumstances())
    XCTAssertEqual(
      plan.notes, ["64 ranks share 2 cores of a: this is slower than 2 ranks"])
    XCTAssertEqual(option("--bind-to", plan), "none")
  }

  func testMeasurementsAreStartedAsRunsAreButForTheirBinding() throws {
    let user = ["OMPI_MCA_oob_tcp_keepalive_probes": "9", "EFFNET_CORETYPE": "Haswell"]
    let hosts = try hostFile("a slots=2\nb\n")
    let file = try LaunchPlan.measuring(
      ranks: 3, hostFile: hosts, isOversubscribing: true, by: MPIRun(.orte),
      circumstances(user, isRoot: true, mayCopyDirectly: false))
    for words in [
      ["--allow-run-as-root"], ["--hostfile", hosts], ["--oversubscribe"], ["--bind-to", "none"],
      ["--map-by", "slot"], ["--mca", "btl_vader_single_copy_mechanism", "none"],
      ["--mca", "oob_tcp_keepalive_time", "2"], ["-x", "EFFNET_CORETYPE"],
      ["-x", "OMP_NUM_THREADS"], ["-n", "3"],
    ] {
      XCTAssertFalse(file.ranges(of: words).isEmpty, "no \(words) in \(file)")
    }
    XCTAssertFalse(file.contains("oob_tcp_keepalive_probes"))
    let counted = try LaunchPlan.measuring(
      ranks: 3, hostFile: hostFile("\u{FEFF}a slots=2\r\nb slots=1\r\na slots=1\r\n"),
      isOversubscribing: false, by: MPIRun(.orte), circumstances())
    XCTAssertFalse(counted.ranges(of: ["--host", "a:3,b:1"]).isEmpty, "\(counted)")
    let here = try LaunchPlan.measuring(
      ranks: 2, hostFile: nil, isOversubscribing: false, by: MPIRun(.orte), circumstances())
    XCTAssertFalse(here.ranges(of: ["--host", "localhost:2"]).isEmpty)
    XCTAssertFalse(here.contains("--oversubscribe") || here.contains("oob_tcp_keepalive_time"))
    let slurm = try LaunchPlan.measuring(
      ranks: 2, hostFile: nil, isOversubscribing: false, by: MPIRun(.orte),
      circumstances(["SLURM_JOB_ID": "7"]))
    XCTAssertFalse(slurm.contains("--host") || slurm.contains("--hostfile"))
  }

  /// Writes a host file, and removes it after the test.
  private func hostFile(_ text: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID())")
    try Data(text.utf8).write(to: file)
    addTeardownBlock { try FileManager.default.removeItem(at: file) }
    return file.path
  }

  func testSlurmStartsTheRanksWhereItCanConnectThem() throws {
    let allocation = try XCTUnwrap(
      SlurmAllocation(environment: [
        "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n[1-3]", "SLURM_TASKS_PER_NODE": "2(x3)",
        "SLURM_NTASKS": "6",
      ]))
    let plan = try LaunchPlan(
      in: allocation, on: allocation.hosts, interface: "pmix", circumstances())
    XCTAssertEqual(
      plan.launcher,
      [
        "srun", "--mpi=pmix", "--nodes=3", "--ntasks=6", "--distribution=block",
        "--kill-on-bad-exit=1", "--export=ALL",
      ])
    let smaller = try LaunchPlan(
      in: allocation, on: allocation.hosts.filter { $0.name != "n2" }, interface: "pmix_v4",
      circumstances(most: 4))
    XCTAssertEqual(smaller.launcher.last, "--exclude=n2")
    XCTAssertEqual(smaller.map, ["n1: ranks 0 to 1", "n3: ranks 2 to 3"])
  }
}

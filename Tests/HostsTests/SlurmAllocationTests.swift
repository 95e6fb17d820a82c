import Hosts
import XCTest

final class SlurmAllocationTests: XCTestCase {
  private func hosts(_ list: String, _ tasks: String? = nil, count: Int? = nil) throws -> [String] {
    var environment = ["SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": list]
    environment["SLURM_TASKS_PER_NODE"] = tasks
    environment["SLURM_NTASKS"] = count.map { "\($0)" }
    // Not in one expression: XCTUnwrap reports what it catches, too.
    let allocation = try SlurmAllocation(environment: environment)
    return try XCTUnwrap(allocation).hosts.map { "\($0.name):\($0.ranks)" }
  }

  func testReadsListsOfHosts() throws {
    XCTAssertEqual(try hosts("login"), ["login:1"])
    XCTAssertEqual(
      try hosts("n[08-10,12],gpu,r[1-2]c[3,5]", "2(x3),1,4(x4),3"),
      ["n08:2", "n09:2", "n10:2", "n12:1", "gpu:4", "r1c3:4", "r1c5:4", "r2c3:4", "r2c5:3"])
  }

  func testTheNumberOfTasksCountsAndNotTheRoomForThem() throws {
    XCTAssertEqual(try hosts("n[1-3]", "4(x3)", count: 6), ["n1:4", "n2:2"])
  }

  func testRefusesListsThatItCannotRead() {
    for list in ["n[1-", "n[3-1]", "n[a-b]", "n[1-2-3]", ""] {
      XCTAssertThrowsError(try hosts(list), list)
    }
  }

  func testThereIsNoneOutsideOfJobsAndWithinTasks() throws {
    XCTAssertNil(try SlurmAllocation(environment: [:]))
    XCTAssertNil(
      try SlurmAllocation(environment: [
        "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "a", "PMIX_RANK": "0",
      ]))
  }
}

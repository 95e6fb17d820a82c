import Foundation
import Hosts
import XCTest

final class AllottedCoresTests: XCTestCase {
  private var root = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "AllottedCores-\(UUID())")
    addTeardownBlock { [root] in try FileManager.default.removeItem(at: root) }
    // Four cores of two processors each, numbered as most systems do.
    try write("0-7\n", "sys/devices/system/cpu/online")
    for processor in 0..<8 {
      let core = processor % 4
      try write(
        "\(core),\(core + 4)\n",
        "sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list")
    }
    try write("0::/\n", "proc/self/cgroup")
    try allow("0-7")
  }

  private func write(_ text: String, _ path: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func allow(_ processors: String) throws {
    try write(
      "Name:\teffnet\nCpus_allowed:\tff\nCpus_allowed_list:\t\(processors)\n", "proc/self/status")
  }

  private var allotted: AllottedCores { AllottedCores(root: root.path) }

  func testTwoProcessorsOfACoreCountOnce() {
    XCTAssertEqual(allotted.cores, [[0, 4], [1, 5], [2, 6], [3, 7]])
    XCTAssertEqual(allotted.count, 4)
    XCTAssertTrue(allotted.isWholeHost)
  }

  func testRanksTakeOneProcessorOfEachCoreFirst() throws {
    XCTAssertEqual(allotted.seats, [0, 1, 2, 3, 4, 5, 6, 7])
    try allow("1-2,5")
    XCTAssertEqual(allotted.seats, [1, 2, 5])
    for processor in 0..<8 {
      let first = processor & ~1
      try write(
        "\(first)-\(first + 1)\n",
        "sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list")
    }
    try allow("0-7")
    XCTAssertEqual(allotted.seats, [0, 2, 4, 6, 1, 3, 5, 7])
    XCTAssertEqual(allotted.processors, [0, 1, 2, 3, 4, 5, 6, 7])
  }

  func testTheAffinityMaskTellsWhichCores() throws {
    try allow("1-2,5")
    XCTAssertEqual(allotted.cores, [[1, 5], [2]])
    XCTAssertEqual(allotted.count, 2)
    XCTAssertFalse(allotted.isWholeHost)
  }

  func testTheTightestLimitOfTheUnifiedHierarchyHolds() throws {
    try write("0::/user/job\n", "proc/self/cgroup")
    try write("max 100000\n", "sys/fs/cgroup/user/job/cpu.max")
    try write("250000 100000\n", "sys/fs/cgroup/user/cpu.max")
    XCTAssertEqual(allotted.quota, 2.5)
    XCTAssertEqual(allotted.count, 2)
    XCTAssertFalse(allotted.isWholeHost)
  }

  func testTheLimitOfTheOldHierarchyHolds() throws {
    try write("5:memory:/a\n3:cpu,cpuacct:/docker/7f\n0::/\n", "proc/self/cgroup")
    // In a container the group lies at the mount and not below its path on the host.
    try write("150000\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us")
    try write("50000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us")
    XCTAssertEqual(allotted.count, 3)
    try write("-1\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us")
    XCTAssertNil(allotted.quota)
    XCTAssertEqual(allotted.count, 4)
  }

  func testLessThanACoreIsOne() throws {
    try write("50000 100000\n", "sys/fs/cgroup/cpu.max")
    XCTAssertEqual(allotted.count, 1)
  }

  func testAnUnknownSystemHasOneCore() throws {
    try FileManager.default.removeItem(at: root.appending(path: "sys"))
    try FileManager.default.removeItem(at: root.appending(path: "proc"))
    XCTAssertEqual(allotted.count, 1)
  }

  func testThisMachineHasCores() {
    XCTAssertGreaterThan(AllottedCores().count, 0)
    XCTAssertLessThanOrEqual(AllottedCores().count, ProcessInfo.processInfo.processorCount)
  }
}

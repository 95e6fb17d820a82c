import Foundation
import Hosts
import XCTest

final class AllottedMemoryTests: XCTestCase {
  private var root = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "AllottedMemory-\(UUID())")
    addTeardownBlock { [root] in try FileManager.default.removeItem(at: root) }
    try write("MemTotal:  4000 kB\nMemFree:  100 kB\nMemAvailable:  3000 kB\n", "proc/meminfo")
    try write("0::/job\n", "proc/self/cgroup")
  }

  private func write(_ text: String, _ path: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func testTheSystemTellsWhereNoGroupLimits() throws {
    try write("max\n", "sys/fs/cgroup/job/memory.max")
    XCTAssertEqual(AllottedMemory.limit(root: root.path), 4_096_000)
    XCTAssertEqual(AllottedMemory.free(root: root.path), 3_072_000)
  }

  func testTheTightestGroupHolds() throws {
    try write("1000000\n", "sys/fs/cgroup/memory.max")
    try write("900000\n", "sys/fs/cgroup/memory.current")
    try write("2000000\n", "sys/fs/cgroup/job/memory.max")
    XCTAssertEqual(AllottedMemory.limit(root: root.path), 1_000_000)
    XCTAssertEqual(AllottedMemory.free(root: root.path), 100_000)
  }

  func testTheOldHierarchyHolds() throws {
    try write("7:memory:/slurm/7\n", "proc/self/cgroup")
    try write("500000\n", "sys/fs/cgroup/memory/slurm/7/memory.limit_in_bytes")
    try write("600000\n", "sys/fs/cgroup/memory/slurm/7/memory.usage_in_bytes")
    XCTAssertEqual(AllottedMemory.limit(root: root.path), 500_000)
    XCTAssertEqual(AllottedMemory.free(root: root.path), 0)
  }
}

import Boundary
import Datasets
import Foundation
import MPI
import Packing
import TestSupport
import XCTest

/// Runs on any number of ranks, which share a folder.
final class PicturePackingTests: XCTestCase {
  private final class Listener: PackingObserver {
    var activities: Set<String> = []
    func progressed(_ activity: String, _ done: Int, of total: Int) { activities.insert(activity) }
  }

  private var root = URL(fileURLWithPath: "/")
  private let storage = PictureStorage(isDecoded: false, shorterSide: nil)
  private let packer = Packer(validation: .fraction(0.25), seed: 3, shardLimit: 5, isAsIs: false)

  /// Rank 0 makes the pictures and tells where.
  override func setUpWithError() throws {
    let world = try sharedWorld()
    var path: [UInt8] = []
    if world.rank == 0 {
      let folder = FileManager.default.temporaryDirectory.appending(path: "Packing-\(UUID())")
      for (number, name) in ["a/1", "a/2", "a/3", "a/4", "b/1", "b/2", "b/3", "b/4"].enumerated() {
        try folder.write(jpegFile(number), to: "pictures/\(name).jpg")
      }
      path = Array(folder.path.utf8)
    }
    let all = try world.allGatherParts(path)
    root = URL(fileURLWithPath: String(decoding: all[0], as: UTF8.self))
  }

  override func tearDownWithError() throws {
    let world = try sharedWorld()
    try world.barrier()
    if world.rank == 0 { try FileManager.default.removeItem(at: root) }
  }

  private func pack(_ output: String, strict: Bool = false) throws -> (PackingPlan, Listener) {
    let listener = Listener()
    let world = try sharedWorld()
    let packing = try PicturePacking(
      root.appending(path: "pictures").path, into: root.appending(path: output).path,
      validationList: nil, isAsIs: false, storage: storage, isStrict: strict, on: world,
      observer: listener)
    XCTAssertFalse(packing.isDivided)
    var isToldBefore = false
    let plan = try packing.run(packer, credit: "us") { plan in
      isToldBefore = !exists("\(output)/\(plan.shards[0].name)")
    }
    XCTAssertEqual(isToldBefore, world.rank == 0)
    return (plan, listener)
  }

  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  func testAllRanksWriteTheShardsOfOnePlan() throws {
    let (plan, listener) = try pack("out")
    XCTAssertEqual(plan.training.count + plan.validation.count, 8)
    XCTAssertEqual(plan.validation.count, 2)
    for shard in plan.shards { XCTAssertTrue(exists("out/\(shard.name)"), shard.name) }
    XCTAssertTrue(listener.activities.contains("checking"))
    XCTAssertFalse(exists("out/skipped.txt"))
  }

  func testAFileThatIsNoPictureIsListedOrEndsAllRanks() throws {
    let world = try sharedWorld()
    if world.rank == 0 {
      try root.write(Data([0xff, 0xd8, 0xff, 0xe0, 0, 16]), to: "pictures/a/5.jpg")
    }
    try world.barrier()
    let (plan, _) = try pack("out")
    XCTAssertEqual(plan.skipped.map(\.path), ["a/5.jpg"])
    let list = try String(
      contentsOfFile: PicturePacking.listOfSkipped(in: root.appending(path: "out").path),
      encoding: .utf8)
    XCTAssertTrue(list.hasPrefix("a/5.jpg"), list)
    guard world.size == 1 else { return }
    XCTAssertThrowsError(try pack("strict", strict: true)) { error in
      XCTAssertTrue("\(error)".contains("a/5.jpg is not packed"), "\(error)")
      XCTAssertEqual((error as? PackingError)?.faultKind, .data)
    }
  }

  func testRanksThatFindDifferentFilesAllEndByIt() throws {
    let world = try sharedWorld()
    try XCTSkipIf(world.size == 1, "takes two ranks")
    let own = root.appending(path: "own\(world.rank)")
    for number in 0...world.rank { try own.write(jpegFile(number), to: "a/\(number).jpg") }
    try own.write(jpegFile(99), to: "b/1.jpg")
    XCTAssertThrowsError(
      try PicturePacking(
        own.path, into: root.appending(path: "out").path, validationList: nil, isAsIs: false,
        storage: storage, isStrict: false, on: world, observer: Listener())
    ) { error in
      XCTAssertTrue("\(error)".contains("do not find the same files"), "\(error)")
      XCTAssertEqual((error as? PackingError)?.isShared, true)
    }
  }
}

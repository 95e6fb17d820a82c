import Foundation
import XCTest

final class PictureTrainingTests: PictureTestCase {
  func testRanksAndLoaderThreadsGiveTheSameBits() throws {
    try preparePictures()
    let alone = try hash("alone", ["data.loaderThreads=0"])
    for (ranks, threads) in [(1, 1), (1, 3), (2, 0), (2, 1), (4, 1), (4, 3)] {
      let output = "ranks-\(ranks)-threads-\(threads)"
      XCTAssertEqual(
        try hash(
          output, ["data.loaderThreads=\(threads)", "data.prefetch=\(1 + threads)"], ranks: ranks),
        alone, output)
      XCTAssertEqual(try summary(output).top1, try summary("alone").top1, output)
    }
    for change in ["data.mixup=0", "data.cutmix=0", "data.erasing=0", "data.policy=none"] {
      XCTAssertNotEqual(try hash(change, [change]), alone, change)
    }
  }

  func testRoundsGiveTheSameBits() throws {
    try preparePictures()
    let whole = try hash("whole")
    XCTAssertEqual(try hash("two", ["batch.rounds=2"], ranks: 2), whole)
    XCTAssertEqual(
      try hash("four", ["batch.rounds=4", "data.loaderThreads=3"], ranks: 1), whole)
  }

  func testAKilledRunGoesOnToTheSameBits() throws {
    try preparePictures()
    let longer = ["training.steps=40", "checkpoint.everySteps=2"]
    let undisturbed = try hash("whole", longer)
    let command = try start(train("run", longer + ["data.loaderThreads=3"]), ranks: 2)
    try command.run(until: { checkpoints("run").contains("checkpoint-00000006.h5") }, "step 6")
    try command.signal(SIGKILL, rank: 1)
    XCTAssertNotEqual(try command.outcome(within: 20).exitCode, 0)
    XCTAssertFalse(exists("run/summary.json"), "the run was over before it was killed")
    XCTAssertEqual(
      try hash("run", longer + ["data.loaderThreads=1"], ["--resume"], ranks: 4), undisturbed)
  }

  func testPixelsPackedSmallerTrainAsWell() throws {
    try preparePictures()
    try succeed([
      "pack", "source", "small", "--validation", "9", "--resize", "36",
    ])
    let small = ["data.train=small/train-*.h5", "data.validation=small/validation-*.h5"]
    XCTAssertEqual(
      try hash("one", small), try hash("two", small + ["data.loaderThreads=0"], ranks: 2))
  }

  /// A byte flipped while the run reads it is named as the user knows the picture.
  func testADamagedPictureIsNamed() throws {
    try preparePictures()
    let name = try XCTUnwrap(files("shards")?.first { $0.hasPrefix("train-00000") })
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path("shards/\(name)")))
    let start = try XCTUnwrap(bytes.range(of: Data([0xff, 0xd8, 0xff]))).lowerBound
    bytes[start + 300] ^= 4
    try bytes.write(to: URL(fileURLWithPath: path("shards/\(name)")))
    for threads in [0, 3] {
      try assertFails(
        train("run-\(threads)", ["data.loaderThreads=\(threads)"]), code: 3,
        [name, "image 0 (", ".jpg)", "checksum"])
    }
  }
}

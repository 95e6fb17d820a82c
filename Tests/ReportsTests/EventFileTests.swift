import Foundation
import Reports
import XCTest

final class EventFileTests: XCTestCase {
  private var folder = ""

  override func setUpWithError() throws {
    folder = NSTemporaryDirectory() + "effnet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws {
    try FileManager.default.removeItem(atPath: folder)
  }

  func testTheCheckIsThatOfTheStandard() {
    // RFC 3720, appendix B.4, and the usual check of "123456789".
    XCTAssertEqual(CRC32C.checksum([UInt8](repeating: 0, count: 32)), 0x8A91_36AA)
    XCTAssertEqual(CRC32C.checksum([UInt8](repeating: 255, count: 32)), 0x62A8_AB43)
    XCTAssertEqual(CRC32C.checksum((0..<32).map(UInt8.init)), 0x46DD_794E)
    XCTAssertEqual(CRC32C.checksum((0..<32).reversed().map(UInt8.init)), 0x113F_DB5C)
    XCTAssertEqual(CRC32C.checksum("123456789".utf8), 0xE306_9283)
    XCTAssertEqual(CRC32C.checksum([]), 0)
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }

  /// The records that TensorBoard's own `RecordWriter` makes of these events.
  func testRecordsAreThoseOfTensorBoard() {
    XCTAssertEqual(
      hexadecimal(EventRecord.version(time: 1.5)),
      "1800000000000000a37f4b22" + "09000000000000f83f" + "1a0d627261696e2e4576656e743a32"
        + "2a28646c")
    XCTAssertEqual(
      hexadecimal(
        EventRecord.scalars(time: 1.5, step: 300, [("loss/train", 0.25), ("top1/train", -2)])),
      "34000000000000005e33175c" + "09000000000000f83f" + "10ac02" + "2a26"
        + "0a110a0a6c6f73732f747261696e150000803e" + "0a110a0a746f70312f747261696e15000000c0"
        + "fe3d271d")
    XCTAssertEqual(
      hexadecimal(EventRecord.start(time: 1.5, step: 301)),
      "100000000000000095fbfe18" + "09000000000000f83f" + "10ad02" + "3a020801" + "d17949d4")
  }

  func testARunThatGoesOnBeginsAnotherFile() throws {
    let files = try (0..<3).map { try EventFile(in: folder, after: $0, time: 1234.5) }
    let names = files.map { URL(fileURLWithPath: $0.path).lastPathComponent }
    XCTAssertEqual(Set(names).count, 3)
    XCTAssertTrue(names.allSatisfy { $0.hasPrefix("events.out.tfevents.1234.") }, "\(names)")
    XCTAssertEqual(names, names.sorted())
  }

  func testAFolderThatDoesNotExistIsNamed() {
    XCTAssertThrowsError(try EventFile(in: folder + "/nowhere", after: 0)) { error in
      XCTAssertTrue("\(error)".contains("nowhere/events.out.tfevents"), "\(error)")
      XCTAssertTrue("\(error)".contains("no such file"), "\(error)")
    }
  }

  func testNoLinkIsFollowedAndNoFileReplaced() throws {
    let first = try EventFile(in: folder, after: 0, time: 99).path
    XCTAssertEqual(unlink(first), 0)
    // A link that leads nowhere would have made a file there.
    XCTAssertEqual(symlink("\(folder)/elsewhere", first), 0)
    XCTAssertEqual(mkfifo(first + ".1", 0o600), 0)
    XCTAssertEqual(try EventFile(in: folder, after: 0, time: 99).path, first + ".2")
    XCTAssertEqual(access("\(folder)/elsewhere", F_OK), -1)
  }

  func testTensorBoardReadsTheFiles() throws {
    let python = try pythonWithTensorBoard()
    let first = try EventFile(in: folder, after: 0, time: 1000)
    for step in 1...300 {
      try first.append(
        step: step, [("loss/train", 1 / Double(step)), ("top1/train", 0.5)], time: 1000)
    }
    try first.append(step: 300, [("loss/validation", 0.125)], time: 1000)
    // Goes on from step 200: what came after it is taken back.
    let second = try EventFile(in: folder, after: 200, time: 1001)
    try second.append(step: 201, [("loss/train", 7)], time: 1001)
    let read = try output(
      of: python,
      [
        "-c",
        """
        import sys
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0})
        events.Reload()
        for tag in sorted(events.Tags()['scalars']):
            for event in events.Scalars(tag):
                print(tag, event.step, event.value)
        """, folder,
      ])
    let lines = try XCTUnwrap(read).split(separator: "\n").map(String.init)
    let losses = lines.filter { $0.hasPrefix("loss/train ") }
    XCTAssertEqual(losses.count, 201)
    XCTAssertEqual(losses.first, "loss/train 1 1.0")
    XCTAssertEqual(losses[63], "loss/train 64 0.015625")
    XCTAssertEqual(losses.last, "loss/train 201 7.0")
    XCTAssertEqual(lines.filter { $0.hasPrefix("top1/train ") }.count, 200)
    XCTAssertFalse(lines.contains { $0.hasPrefix("loss/validation") })
  }

  /// The Python of `EFFNET_PYTHON`, or that which `Cluster/test` has prepared.
  private func pythonWithTensorBoard() throws -> String {
    let prepared = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: ".build/python/bin/python3").path
    let python = ProcessInfo.processInfo.environment["EFFNET_PYTHON"] ?? prepared
    guard try output(of: python, ["-c", "import tensorboard"]) != nil else {
      throw XCTSkip("\(python) has no package tensorboard; set EFFNET_PYTHON to one that has")
    }
    return python
  }

  /// What a program prints; `nil` if it cannot be run or fails.
  private func output(of program: String, _ arguments: [String]) throws -> String? {
    guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
  }
}

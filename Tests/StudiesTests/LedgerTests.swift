import Foundation
import Studies
import Tensors
import Training
import XCTest

/// What a ledger keeps, and what it leaves out.
final class LedgerTests: XCTestCase {
  private var folder = RunFolder("")
  private var path: String { folder.file("ledger.jsonl") }

  override func setUpWithError() throws {
    folder = RunFolder(NSTemporaryDirectory() + "effnet-\(UUID().uuidString)")
    try folder.prepare()
  }

  override func tearDownWithError() throws {
    try FileManager.default.removeItem(atPath: folder.path)
  }

  private func job(_ number: Int, epochs: Int = 2) throws -> Job {
    let configuration = try Configuration(
      yaml: """
        network: {width: 0.25, depth: 0.3, resolution: 32}
        data: {train: none, validation: other, holdOut: 0.2}
        batch: {size: 8, microBatch: 2}
        training: {epochs: 9}
        schedule: {learningRate: 0.01}
        """)
    let recipe = Recipe(configuration, classes: 10, dataDigests: [])
    return Job(try recipe.trial(recipe.base, seed: number, on: .heldOut), epochs: epochs)
  }

  private func entry(_ number: Int, epochs: Int = 2, correct: Int = 5) throws -> LedgerEntry {
    LedgerEntry(madeUp: try job(number, epochs: epochs), correct: correct, of: 11)
  }

  private var session: LedgerLine.Session {
    get throws {
      try session(classes: 3, training: 30, heldOut: 10, validation: 20)
    }
  }

  private func session(
    classes: Int, training: Int, heldOut: Int, validation: Int
  ) throws -> LedgerLine.Session {
    let text = """
      {"kind":"grid","dataDigests":["a","","c"],"program":"p","arithmetic":"a/b","classes":\(classes),
      "images":{"training":\(training),"heldOut":\(heldOut),"validation":\(validation)},
      "hypotheses":[],"extensible":{"search.seeds":"3"},"results":0}
      """
    return try JSONDecoder().decode(LedgerLine.Session.self, from: Data(text.utf8))
  }

  private func write(_ lines: [LedgerLine]) throws {
    let file = try LedgerFile(folder, "ledger.jsonl", try LedgerFile.read(path))
    for line in lines { try file.append(line) }
  }

  private var bytes: Data {
    get throws { try Data(contentsOf: URL(fileURLWithPath: path)) }
  }

  private func put(_ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: path)) }

  func testLinesAreReadAsTheyWereWritten() throws {
    let entries = [
      try entry(0), try entry(1, correct: 0), try entry(1, epochs: 9, correct: 11),
      LedgerEntry(diverged: try job(2).key, reason: "a loss of 7/8 \"nats\"\n\u{1F4A5}"),
    ]
    try write([LedgerLine(try session)] + entries.map { LedgerLine($0) })
    let contents = try LedgerFile.read(path)
    XCTAssertNil(contents.notice)
    XCTAssertEqual(contents.sessions, [try session])
    XCTAssertEqual(contents.ledger.count, 4)
    for (entry, job) in zip(entries, [try job(0), try job(1), try job(1, epochs: 9), try job(2)]) {
      XCTAssertEqual(contents.ledger[job], entry)
    }
    // Each is a line of its own, and reads alone.
    let lines = try bytes.split(separator: UInt8(ascii: "\n"))
    XCTAssertEqual(lines.compactMap { LedgerLine($0)?.entry }, entries)
  }

  func testOnlyAFileThatIsMissingIsNone() throws {
    XCTAssertEqual(try LedgerFile.read("\(folder.path)/none.jsonl").ledger.count, 0)
    try write([LedgerLine(try session)])
    for other in ["\(path)/ledger.jsonl", folder.path] {
      XCTAssertThrowsError(try LedgerFile.read(other), other) {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .data, "\($0)")
      }
    }
  }

  func testWhatWasNotedFirstStays() throws {
    try write([LedgerLine(try entry(0, correct: 3)), LedgerLine(try entry(0, correct: 4))])
    let contents = try LedgerFile.read(path)
    XCTAssertEqual(contents.ledger.count, 1)
    XCTAssertEqual(contents.ledger[try job(0)]?.correct, 3)
  }

  func testSumsAreOfWhatDidNotDiverge() throws {
    let ledger = Ledger([
      try entry(0, correct: 3), try entry(1, correct: 4),
      LedgerEntry(diverged: try job(2).key, reason: ""),
    ])
    XCTAssertEqual(ledger.correct([try job(0), try job(1)]), 7)
    XCTAssertNil(ledger.correct([try job(0), try job(2)]), "it ranks last")
    XCTAssertNil(ledger.correct([try job(0), try job(3)]), "it is not done")
    XCTAssertEqual(ledger.correct([Job]()), 0)
    XCTAssertTrue(ledger.hasAll([try job(0), try job(2)]))
    XCTAssertFalse(ledger.hasAll([try job(0), try job(3)]))
    XCTAssertFalse(ledger.has(try job(0, epochs: 9)), "another rung is another job")
  }

  func testAnyPrefixIsALedger() throws {
    try write([LedgerLine(try session), LedgerLine(try entry(0)), LedgerLine(try entry(1))])
    let whole = try bytes
    let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
    for length in 0...whole.count {
      try put(whole.prefix(length))
      let contents = try LedgerFile.read(path)
      let lines = ends.count { $0 < length }
      XCTAssertEqual(contents.sessions.count + contents.ledger.count, lines, "\(length) bytes")
      let isTorn = length > 0 && !ends.contains(length - 1)
      XCTAssertEqual(contents.notice != nil, isTorn, "\(length) bytes")
      if isTorn {
        XCTAssertTrue(
          contents.notice?.contains("line \(lines + 1) was not written to its end") == true)
      }
    }
  }

  func testATornLineIsGoneWhenTheFileGoesOn() throws {
    try write([LedgerLine(try session), LedgerLine(try entry(0))])
    let whole = try bytes
    try put(whole + LedgerLine(try entry(1)).bytes.dropLast(9))
    try write([LedgerLine(try entry(2))])
    XCTAssertEqual(try bytes, whole + LedgerLine(try entry(2)).bytes)
    XCTAssertNil(try LedgerFile.read(path).notice)
  }

  private var fileNumber: UInt64 {
    get throws {
      var status = stat()
      XCTAssertEqual(stat(path, &status), 0)
      return UInt64(status.st_ino)
    }
  }

  func testATornEndIsCutOffWithoutCopyingWhatIsGood() throws {
    try write([LedgerLine(try session), LedgerLine(try entry(0))])
    let (whole, number) = (try bytes, try fileNumber)
    // A power cut may leave anything behind the last line that was synced.
    for torn in [LedgerLine(try entry(1)).bytes.dropLast(9), Array("no line\n{".utf8)[...]] {
      try FileHandle(forWritingTo: URL(fileURLWithPath: path)).closing {
        try $0.seekToEnd()
        try $0.write(contentsOf: torn)
      }
      try write([])
      XCTAssertEqual(try bytes, whole)
      XCTAssertEqual(try fileNumber, number, "it was written anew")
    }
  }

  func testWhatIsGoodStaysAroundWhatIsNot() throws {
    let lines = try (0..<4).map { LedgerLine(try entry($0)).bytes }
    let foreign = [Array("nothing\n".utf8), Array("\n".utf8)]
    try put(Data([lines[0], lines[1], foreign[0], lines[2], foreign[1], lines[3]].joined()))
    let number = try fileNumber
    try write([LedgerLine(try entry(4))])
    XCTAssertEqual(try bytes, Data(lines.joined() + LedgerLine(try entry(4)).bytes))
    XCTAssertNotEqual(try fileNumber, number, "half of it could be lost")
    XCTAssertEqual(
      try FileManager.default.contentsOfDirectory(atPath: folder.path), ["ledger.jsonl"])
  }

  func testEachLineIsTold() throws {
    try write([LedgerLine(try session)] + (0..<5).map { LedgerLine(try entry($0)) })
    var told = 0
    _ = try LedgerFile.read(path, Headway({ told += 1 }, { nil }, ""))
    XCTAssertEqual(told, 6)
    XCTAssertThrowsError(
      try LedgerFile.read(path, Headway({}, { SIGTERM }, "while the ledger was read"))
    ) { XCTAssertEqual(($0 as? TrainingError)?.stopSignal, SIGTERM) }
  }

  func testNoByteOfALineCanBeChanged() throws {
    let line = LedgerLine(try entry(0)).bytes.dropLast()
    var accepted = 0
    for place in line.indices {
      for change in [1, 0x20, 0x80] as [UInt8] {
        var other = Array(line)
        other[place] ^= change
        guard let read = LedgerLine(other)?.entry else { continue }
        // Nothing but how the line is written may differ.
        XCTAssertEqual(read, try entry(0), String(decoding: other, as: UTF8.self))
        accepted += 1
      }
    }
    XCTAssertLessThan(accepted, line.count / 10)
  }

  func testForeignLinesAreLeftOutAndTold() throws {
    let good = LedgerLine(try entry(0)).bytes
    var random = CounterRandom(seed: 1, purpose: .synthetic)
    let rubbish = Data((0..<20_000).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    let check = String(decoding: LedgerLine(try entry(1)).bytes, as: UTF8.self)
    for (name, foreign) in [
      ("text", Data("hello\n".utf8)), ("an empty line", Data("\n".utf8)),
      ("another object", Data("{\"a\": 1}\n".utf8)), ("a number", Data("12\n".utf8)),
      ("neither", Data("{\"check\": \"00000000\"}\n".utf8)),
      ("deep", Data((String(repeating: "[", count: 100_000) + "\n").utf8)),
      ("binary", rubbish + Data("\n".utf8)), ("zero bytes", Data(count: 5_000) + Data("\n".utf8)),
      (
        "a wrong check",
        Data(check.replacingOccurrences(of: "\"check\":\"", with: "\"check\":\"0").utf8)
      ),
      (
        "both kinds",
        Data(check.replacingOccurrences(of: "{\"check\"", with: "{\"session\":{},\"check\"").utf8)
      ),
      ("a long line", Data(repeating: UInt8(ascii: " "), count: 17 << 20) + good),
    ] {
      try put(good + foreign + Data(LedgerLine(try entry(2)).bytes))
      let contents = try LedgerFile.read(path)
      XCTAssertEqual(contents.ledger.count, 2, name)
      let notice = try XCTUnwrap(contents.notice, name)
      XCTAssertTrue(
        notice.hasPrefix("\(path): line 2 is not what a study writes, or was changed"), notice)
      XCTAssertFalse(notice.contains("\n"))
      XCTAssertLessThan(notice.utf8.count, path.utf8.count + 200, "one line for all")
    }
  }

  func testALaterSessionThatIsDamagedIsTold() throws {
    let later = try session(classes: 4, training: 30, heldOut: 10, validation: 20)
    let lines = [
      LedgerLine(try session), LedgerLine(try entry(0)), LedgerLine(later),
      LedgerLine(try entry(1)),
    ].map { Array($0.bytes) }
    for (damaged, sessions, isTold) in [
      (1, [try session, later], false), (2, [try session], true),
    ] {
      var lines = lines
      lines[damaged][lines[damaged].count / 2] ^= 1
      try put(Data(lines.joined()))
      let contents = try LedgerFile.read(path)
      XCTAssertEqual(contents.sessions, sessions, "those that are left are compared with")
      let notice = try XCTUnwrap(contents.notice)
      XCTAssertTrue(notice.contains("line \(damaged + 1) "), notice)
      XCTAssertEqual(
        notice.hasSuffix("; what a session asked and ran in is not known any more"), isTold,
        notice)
    }
  }

  func testNumbersThatDoNotGoTogetherAreLeftOut() throws {
    let sound = try entry(0)
    func changed(_ key: String, _ value: Any?) throws -> LedgerEntry {
      let data = try JSONEncoder().encode(sound)
      var object = try XCTUnwrap(JSONSerialization.jsonObject(with: data) as? [String: Any])
      object[key] = value
      return try JSONDecoder().decode(
        LedgerEntry.self, from: JSONSerialization.data(withJSONObject: object))
    }
    XCTAssertNotNil(LedgerLine(LedgerLine(try changed("loss", 1.5)).bytes))
    for (key, value) in [
      ("correct", 4), ("correct", -1), ("correct", 12), ("count", 0), ("count", -5), ("count", 20),
      ("count", Int.max), ("count", Int.max - 6), ("epochs", 0), ("epochs", -1), ("images", -1),
      ("images", Int.max), ("correctTop5", 4), ("correctTop5", 12), ("hits", ""), ("hits", "%%"),
      ("hits", "////"), ("loss", nil), ("loss", -1), ("loss", 1e300), ("end", "diverged"),
    ] as [(String, Any?)] {
      // The check is right: whoever writes such a line can compute that, too.
      let line = LedgerLine(try changed(key, value))
      XCTAssertNil(LedgerLine(line.bytes), "\(key): \(String(describing: value))")
    }
  }

  func testASessionWithoutDataIsLeftOut() throws {
    for (classes, training, heldOut, validation) in [
      (0, 30, 10, 20), (-3, 30, 10, 20), (Int.max, 30, 10, 20), (3, 0, 10, 20), (3, -1, 10, 20),
      (3, 30, -10, 20), (3, 30, 10, 0), (3, 30, 10, Int.max),
    ] {
      let session = try session(
        classes: classes, training: training, heldOut: heldOut, validation: validation)
      XCTAssertNil(LedgerLine(LedgerLine(session).bytes.dropLast()), "\(session)")
    }
    let least = try session(classes: 1, training: 1, heldOut: 0, validation: 1)
    XCTAssertNotNil(LedgerLine(LedgerLine(least).bytes.dropLast()))
  }

  func testLinesThatEndAsElsewhereAreRead() throws {
    let lines = [LedgerLine(try session), LedgerLine(try entry(0))]
    try put(Data(lines.flatMap { $0.bytes.dropLast() + Array("\r\n".utf8) }))
    let contents = try LedgerFile.read(path)
    XCTAssertNil(contents.notice)
    XCTAssertEqual(contents.sessions, [try session])
    XCTAssertEqual(contents.ledger.count, 1)
  }

  func testWhatIsNoFileIsRefusedAtOnce() throws {
    XCTAssertEqual(try LedgerFile.read(path).ledger.count, 0, "no file is an empty ledger")
    for (name, make) in [
      (
        "folder",
        { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true) }
      ),
      ("pipe", { XCTAssertEqual(mkfifo($0, 0o600), 0) }),
      (
        "device",
        { try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: "/dev/zero") }
      ),
    ] as [(String, (String) throws -> Void)] {
      try make(path)
      XCTAssertThrowsError(try LedgerFile.read(path), name) {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .data, name)
        XCTAssertTrue("\($0)".contains("\(path) cannot be read"), "\($0)")
      }
      try FileManager.default.removeItem(atPath: path)
    }
  }

  func testALinkIsNotWrittenThrough() throws {
    let other = folder.file("other")
    for exists in [false, true] {
      if exists { try Data("mine\n".utf8).write(to: URL(fileURLWithPath: other)) }
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
      let empty = try LedgerFile.read(folder.file("missing"))
      XCTAssertThrowsError(try LedgerFile(folder, "ledger.jsonl", empty)) {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .output)
      }
      XCTAssertEqual(FileManager.default.fileExists(atPath: other), exists)
    }
    XCTAssertEqual(try String(contentsOfFile: other, encoding: .utf8), "mine\n")
  }

  func testADiskThatIsFullLeavesWholeLines() throws {
    let lines = try (0..<3).map { LedgerLine(try entry($0)) }
    let file = try LedgerFile(folder, "ledger.jsonl", try LedgerFile.read(path))
    try file.append(lines[0])
    // As good as full: the second line fits in part.
    var before = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    XCTAssertEqual(getrlimit(resource, &before), 0)
    signal(SIGXFSZ, SIG_IGN)
    var small = before
    small.rlim_cur = rlim_t(lines[0].bytes.count + 20)
    XCTAssertEqual(setrlimit(resource, &small), 0)
    let result = Result { try file.append(lines[1]) }
    setrlimit(resource, &before)
    XCTAssertThrowsError(try result.get()) {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .output)
      XCTAssertTrue("\($0)".contains("make room and go on with --resume"), "\($0)")
    }
    XCTAssertEqual(try bytes, Data(lines[0].bytes))
    // With room again, it goes on where it was.
    try file.append(lines[2])
    XCTAssertEqual(try bytes, Data(lines[0].bytes + lines[2].bytes))
  }
}

extension FileHandle {
  /// Does something with the file and closes it.
  fileprivate func closing(_ body: (FileHandle) throws -> Void) throws {
    defer { try? close() }
    try body(self)
  }
}

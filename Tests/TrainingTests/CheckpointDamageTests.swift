import Crypto
import Foundation
import HDF5
import Tensors
import Training
import XCTest

/// No damage to a checkpoint is ever taken for its values, and an older good one is always found.
final class CheckpointDamageTests: CheckpointTestCase {
  /// Seed of all places; a place that fails is in the message.
  private static let seed: UInt64 = 5
  /// Writes that are cut; files that are changed are a third of it in each of two ways. More with
  /// `EFFNET_FAULT_COUNT`, to look for rare ones.
  private static let count =
    ProcessInfo.processInfo.environment["EFFNET_FAULT_COUNT"].flatMap { Int($0) } ?? 300
  private static let (olderName, newerName) = ("checkpoint-00000016.h5", "checkpoint-00000017.h5")

  private var random = CounterRandom(seed: seed, purpose: .synthetic)
  /// What states are read into.
  private lazy var target = Result { try small(seed: 1) }

  private func any(below bound: Int) -> Int {
    min(Int(random.uniform() * Double(bound)), bound - 1)
  }

  /// The smallest network that has every kind of layer: there are many files to write.
  private func small(seed: UInt64) throws -> ModelState {
    try state(width: 0.05, stages: 2, seed: seed, isAveraging: false)
  }

  /// Writes the older checkpoint, and returns the hash of its state.
  private func writeOlder() throws -> String {
    let older = try small(seed: 16)
    try write(older, Self.olderName, step: 16)
    return older.sha256
  }

  /// What is gone on from must be the older checkpoint, unless the newer one's values and
  /// description are to the bit what was written.
  private func assertOlderIsFound(
    _ older: String, _ what: String, orWhole newer: (state: String, of: Checkpoint)? = nil,
    line: UInt = #line
  ) throws {
    guard let found = try newest(like: target.get()) else {
      return XCTFail("\(what): nothing is found", line: line)
    }
    if let newer, found.step == 17 {
      XCTAssertEqual(found.sha256, newer.state, what, line: line)
      let now = try Checkpoint(describing: "\(folder)/\(Self.newerName)")
      XCTAssertEqual("\(now)", "\(newer.of)", what, line: line)
    } else {
      XCTAssertEqual(found.step, 16, what, line: line)
      XCTAssertEqual(found.sha256, older, what, line: line)
    }
  }

  func testAWriteThatIsCutAnywhereLeavesTheOlderCheckpoint() throws {
    let older = try writeOlder()
    let newer = try small(seed: 17)
    let size = try Data(contentsOf: URL(fileURLWithPath: write(newer, "whole", step: 17))).count
    var limit = rlimit()
    XCTAssertEqual(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit), 0)
    let unlimited = limit.rlim_cur
    let handler = signal(SIGXFSZ, SIG_IGN)
    defer { signal(SIGXFSZ, handler) }
    for number in 0..<Self.count {
      let bytes = any(below: size)
      limit.rlim_cur = rlim_t(bytes)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let result = Result { try write(newer, Self.newerName, step: 17) }
      limit.rlim_cur = unlimited
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      XCTAssertThrowsError(try result.get(), "write \(number), cut at byte \(bytes) of \(size)") {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .output)
        XCTAssertTrue("\($0)".contains("File too large"), "\($0)")
      }
      try assertOlderIsFound(older, "write \(number), cut at byte \(bytes)")
      XCTAssertEqual(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted(),
        [Self.olderName, "whole"])
    }
    try write(newer, Self.newerName, step: 17)
    XCTAssertEqual(try newest(like: small(seed: 1))?.sha256, newer.sha256)
  }

  func testNoDamageToAFinishedCheckpointIsTakenForItsValues() throws {
    let older = try writeOlder()
    let state = try small(seed: 17)
    let path = try write(state, Self.newerName, step: 17)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let newer = (state: state.sha256, of: try Checkpoint(describing: path))
    try assertOlderIsFound("", "undamaged", orWhole: newer)

    func check(_ what: String, _ damage: (inout Data) -> Void) throws {
      var bytes = whole
      damage(&bytes)
      try bytes.write(to: URL(fileURLWithPath: path))
      try assertOlderIsFound(older, what, orWhole: bytes == whole ? newer : nil)
    }
    func flip(_ byte: Int, _ what: String) throws {
      let bit = UInt8(1) << UInt8(any(below: 8))
      try check("\(what): byte \(byte) with \(bit)") { $0[byte] ^= bit }
    }

    for byte in stride(from: 0, to: 512, by: 11) { try flip(byte, "seal") }
    for byte in stride(from: 512, to: 608, by: 3) { try flip(byte, "superblock") }
    for (name, signature) in [("tree", "TREE"), ("heap", "HEAP"), ("symbols", "SNOD")] {
      var place = whole.startIndex
      for _ in 0..<8 {
        guard let found = whole.range(of: Data(signature.utf8), in: place..<whole.endIndex) else {
          break
        }
        try flip(found.lowerBound + any(below: 40), name)
        place = found.upperBound + any(below: whole.count / 16)
        if place >= whole.endIndex { break }
      }
    }
    for name in ["step", "classes", "sha256", "layer_names", "weight_names", "keras_version"] {
      let place = try XCTUnwrap(whole.range(of: Data("\(name)\0".utf8)), name)
      try flip(place.upperBound + any(below: 60), "attribute \(name)")
    }
    for number in 0..<Self.count / 3 {
      let byte = any(below: whole.count)
      // Between tensors lie bytes that nobody reads: then everything is what was written.
      let bit = UInt8(1) << UInt8(any(below: 8))
      var bytes = whole
      bytes[byte] ^= bit
      try bytes.write(to: URL(fileURLWithPath: path))
      try assertOlderIsFound(older, "random \(number): byte \(byte) with \(bit)", orWhole: newer)
    }
    for number in 0..<Self.count / 3 {
      let length = any(below: whole.count)
      try check("file \(number), cut to \(length) bytes") { $0 = $0.prefix(length) }
    }
    let pages = whole.count / 4096
    for page in stride(from: 0, to: pages, by: 7) {
      let place = page * 4096..<(page + 1) * 4096
      try check("page \(page) zeroed") { $0.resetBytes(in: place) }
      let other = any(below: pages)
      try check("pages \(page) and \(other) swapped") {
        let moved = Data($0[place])
        let otherPlace = other * 4096..<(other + 1) * 4096
        $0.replaceSubrange(place, with: Data($0[otherPlace]))
        $0.replaceSubrange(otherPlace, with: moved)
      }
    }
    try check("extended") { $0.append(0) }
    try check("twice") { $0.append($0) }
    try check("empty") { $0 = Data() }
    try check("zeros") { $0.resetBytes(in: 0..<$0.count) }
  }

  func testEveryTensorIsCheckedAndNamed() throws {
    let older = try writeOlder()
    let state = try small(seed: 17)
    let path = try write(state, Self.newerName, step: 17)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let file = try HDF5File(reading: path)
    var datasets: [String] = []
    func collect(_ group: String) throws {
      for name in try file.children(of: group) {
        let object = (group == "/" ? "" : group) + "/" + name
        if (try? file.shape(of: object)) != nil {
          datasets.append(object)
        } else {
          try collect(object)
        }
      }
    }
    try collect("/")
    // Three of the normalisation, and every tensor of every arena once.
    XCTAssertEqual(datasets.count, 3 + state.arenas.reduce(0) { $0 + $1.tensors.count })
    for dataset in datasets {
      let place = try file.placement(of: dataset)
      var bytes = whole
      bytes[place.lowerBound + any(below: place.count)] ^= 1 << UInt8(any(below: 8))
      try bytes.write(to: URL(fileURLWithPath: path))
      XCTAssertThrowsError(try Checkpoint.read(path, into: small(seed: 1)), dataset) {
        XCTAssertTrue("\($0)".contains("the values of \(dataset) do not match"), "\($0)")
      }
    }
    try assertOlderIsFound(older, "a tensor")
  }

  func testWhatIsNoCheckpointOfItsNameIsPassedOver() throws {
    let older = try writeOlder()
    let path = "\(folder)/\(Self.newerName)"
    let files = FileManager.default
    try files.createDirectory(atPath: path, withIntermediateDirectories: false)
    try assertOlderIsFound(older, "a folder")
    try files.removeItem(atPath: path)
    try files.copyItem(atPath: "\(folder)/\(Self.olderName)", toPath: path)
    try assertOlderIsFound(older, "another step's under this name")
    try files.removeItem(atPath: path)
    try write(state(seed: 3), Self.newerName, step: 17)
    XCTAssertThrowsError(try newest(like: small(seed: 1)), "another network's is no damage") {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
    }
  }

  func testWhatMayBeWholeIsNotPassedOver() throws {
    _ = try writeOlder()
    let path = "\(folder)/\(Self.newerName)"
    func assertRefused(_ part: String, line: UInt = #line) {
      let found = Result {
        try RunFolder(folder).readNewest(into: target.get()) { (checkpoint) throws(TrainingError) in
          if checkpoint.step == 17 { _ = try checkpoint.parsedConfiguration(path) }
        }
      }
      XCTAssertThrowsError(try found.get(), part, line: line) {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .data, line: line)
        XCTAssertTrue("\($0)".contains(part) && "\($0)".contains(path), "\($0)", line: line)
      }
    }
    // Nobody reads what leads to itself, not even root.
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
    assertRefused("the system does not let")
    try FileManager.default.removeItem(atPath: path)
    try write(small(seed: 17), Self.newerName, step: 17, configuration: "network:\n  wings: 2\n")
    assertRefused("wings")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes.replace(
      Data("checkpoint 3\n".utf8), with: Data("checkpoint 4\n".utf8), maxReplacements: 1)
    try bytes.write(to: URL(fileURLWithPath: path))
    XCTAssertEqual(
      try newest(like: target.get())?.step, 16, "a digit of this version that is damaged")
    let words = String(decoding: bytes.prefix(512), as: UTF8.self)
      .split(whereSeparator: \.isWhitespace)
    let (start, end) = (try XCTUnwrap(Int(words[5])), try XCTUnwrap(Int(words[6])))
    let later = Data("effnet-checkpoint 4".utf8) + bytes[512..<start] + bytes[end...]
    let hash = SHA256.hash(data: later).map { String(format: "%02x", $0) }.joined()
    bytes.replace(Data(words[8].prefix(64).utf8), with: Data(hash.utf8), maxReplacements: 1)
    try bytes.write(to: URL(fileURLWithPath: path))
    assertRefused("version 4")
  }
}

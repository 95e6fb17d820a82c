import Foundation
import Supervision
import Synchronization
import XCTest

/// Ranks that are threads of this process: one that goes without a farewell closes its connections,
/// as the end of a process does.
class WatchTestCase: XCTestCase {
  /// What the ranks have said and how they have ended.
  final class Record: Sendable {
    private let state = Mutex((lines: [(rank: Int, text: String)](), codes: [Int: Int32]()))

    func outlet(_ rank: Int) -> WatchOutlet {
      WatchOutlet { line in
        self.state.withLock { $0.lines.append((rank, line)) }
      } exit: { code in
        self.state.withLock { $0.codes[rank] = code }
      }
    }

    var lines: [(rank: Int, text: String)] { state.withLock { $0.lines } }
    var codes: [Int: Int32] { state.withLock { $0.codes } }
  }

  /// Long enough for whatever should not happen to happen.
  static let pause = 0.6
  var folder = ""
  var record = Record()
  var activities: [Activity] = []
  var watches: [Watch?] = []
  var members: [Member] = []
  var timing = WatchTiming(deadline: 0)

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.path + "/Watch-\(UUID())"
    try FileManager.default.createDirectory(
      atPath: folder + "/ranks", withIntermediateDirectories: true)
  }

  override func tearDown() {
    watches = []
    // A watch writes until its thread has noticed that it is to stop.
    let end = Date(timeIntervalSinceNow: 5)
    while FileManager.default.fileExists(atPath: folder), Date() < end {
      try? FileManager.default.removeItem(atPath: folder)
      Thread.sleep(forTimeInterval: 0.01)
    }
    XCTAssertFalse(FileManager.default.fileExists(atPath: folder))
  }

  /// Starts the watches of a job; its ranks have the numbers 100, 101, … as processes.
  ///
  /// - Parameter missing: A rank that is stopped before it is heard for the first time.
  func start(
    ranks: Int, without missing: Int? = nil, deadline: Double = 0, memory: Int = .max,
    beat: Double = 0.02
  ) throws {
    try startFirst(of: ranks, deadline: deadline, memory: memory, beat: beat)
    for rank in 1..<max(ranks, 1) where rank != missing { join(rank) }
    XCTAssertTrue(watches.allSatisfy { $0?.isConnected != false })
    // All have been heard.
    Thread.sleep(forTimeInterval: 0.2)
  }

  /// Starts the watch of rank 0 alone.
  func startFirst(
    of ranks: Int, deadline: Double = 0, memory: Int = .max, beat: Double = 0.02
  ) throws {
    let listener = ranks > 1 ? try Listener(addresses: []) : nil
    members = (0..<ranks).map {
      Member(
        host: "a", pid: 100 + Int32($0), memory: memory,
        meetingPoint: $0 == 0 ? listener?.meetingPoint : nil)
    }
    timing = WatchTiming(deadline: deadline)
    timing.beat = beat
    timing.precedence = 0.1
    timing.patience = 0.3
    activities = (0..<ranks).map { _ in Activity() }
    watches = (0..<ranks).map { _ in nil }
    watches[0] = Watch(
      rank: 0, members: members, listener: listener, activity: activities[0],
      log: RankLog(rank: 0, folder: folder), folder: folder, timing: timing,
      outlet: record.outlet(0))
  }

  /// Starts the watch of another rank.
  ///
  /// - Parameter port: Where it takes rank 0 to be.
  func join(_ rank: Int, through port: UInt16? = nil) {
    var members = members
    if let port, let point = members[0].meetingPoint {
      members[0] = Member(
        host: members[0].host, pid: members[0].pid, memory: members[0].memory,
        meetingPoint: MeetingPoint(addresses: [], port: port, key: point.key))
    }
    watches[rank] = Watch(
      rank: rank, members: members, listener: nil, activity: activities[rank],
      log: RankLog(rank: rank, folder: folder), folder: folder, timing: timing,
      outlet: record.outlet(rank))
  }

  func wait(
    until condition: () -> Bool, _ what: String, line: UInt = #line
  ) {
    let end = Date(timeIntervalSinceNow: 5)
    while !condition(), Date() < end { Thread.sleep(forTimeInterval: 0.005) }
    XCTAssertTrue(condition(), "\(what): \(record.lines), \(record.codes)", line: line)
  }

  func verdict() throws -> Verdict {
    let path = Verdict.path(inFolder: folder)
    return try JSONDecoder().decode(
      Verdict.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Checks that one rank spoke, and that the ranks in `codes` and no others ended so.
  func assertEnd(
    _ codes: [Int: Int32], speaker: Int, _ parts: [String], line: UInt = #line
  ) throws {
    wait(until: { record.codes.count == codes.count }, "ends", line: line)
    XCTAssertEqual(record.codes, codes, line: line)
    XCTAssertEqual(record.lines.map(\.rank), [speaker], line: line)
    let text = record.lines.first?.text ?? ""
    for part in parts { XCTAssertTrue(text.contains(part), "\(part) in \(text)", line: line) }
    XCTAssertEqual(try verdict().message, text, line: line)
  }
}

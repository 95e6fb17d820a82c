import Foundation
import Supervision
import Synchronization
import XCTest

/// Connections of those who do not belong to the job, and messages that no rank says.
final class StrangerTests: WatchTestCase {
  /// The most strangers at a time.
  private static let places = 32
  /// Seconds that what is done at once may take on a busy machine.
  private static let slack = 4.0

  private func point() throws -> MeetingPoint { try XCTUnwrap(members[0].meetingPoint) }

  private var openFiles: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  private func assertUndisturbed(line: UInt = #line) {
    Thread.sleep(forTimeInterval: 0.3)
    XCTAssertEqual(record.lines.map(\.text), [], line: line)
    XCTAssertEqual(record.codes, [:], line: line)
  }

  func testIdleStrangersTakeFewPlacesAndNobodysTurn() throws {
    try startFirst(of: 3, deadline: 2)
    let before = openFiles
    let point = try point()
    let idle = try (0..<300).map { _ in try XCTUnwrap(TestSocket(port: point.port)) }
    for (number, socket) in idle.enumerated() where number % 2 == 1 {
      // As many bytes as a message had once.
      socket.write([UInt8](repeating: 7, count: 63))
    }
    let start = Date()
    join(1)
    join(2)
    XCTAssertLessThan(-start.timeIntervalSinceNow, Self.slack)
    XCTAssertEqual([1, 2].map { watches[$0]?.isConnected }, [true, true])
    // The ends of the strangers are in this process, too.
    XCTAssertLessThanOrEqual(openFiles - before - idle.count, Self.places + 8)
    for socket in idle { XCTAssertTrue(socket.isClosedSilently) }
    assertUndisturbed()
  }

  func testStrangersHaveASecond() throws {
    try startFirst(of: 2)
    let point = try point()
    let (silent, slow) = (
      try XCTUnwrap(TestSocket(port: point.port)), try XCTUnwrap(TestSocket(port: point.port))
    )
    let start = Date()
    Thread.detachNewThread {
      for _ in 0..<15 {
        slow.write([0])
        usleep(100_000)
      }
    }
    XCTAssertTrue(silent.isClosedSilently)
    XCTAssertTrue(slow.isClosedSilently)
    XCTAssertTrue((0.8...(1 + Self.slack)).contains(-start.timeIntervalSinceNow))
    XCTAssertNil(KnowingClient(point, rank: 2))
    assertUndisturbed()
  }

  func testAStormKeepsNobodyOutAndNoHeartbeatBack() throws {
    try startFirst(of: 8, deadline: 1)
    let point = try point()
    let isOver = Atomic(false)
    let storm = DispatchGroup()
    for isReset in [true, false] {
      storm.enter()
      Thread.detachNewThread {
        defer { storm.leave() }
        var held: [TestSocket] = []
        while !isOver.load(ordering: .relaxed), let socket = TestSocket(port: point.port) {
          if isReset { socket.reset() } else { held.append(socket) }
          if held.count > 200 { held.removeAll() }
        }
      }
    }
    // Who works moves on to the end of the test, however long that takes.
    Thread.detachNewThread { [activities] in
      while !isOver.load(ordering: .relaxed) {
        for activity in activities { activity.advance() }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
    Thread.sleep(forTimeInterval: 0.1)
    for rank in 1..<7 { join(rank) }
    // As long as one is missing the storm goes on.
    Thread.sleep(forTimeInterval: 1.5)
    XCTAssertEqual(record.lines.map(\.text), [])
    join(7)
    XCTAssertTrue(watches.allSatisfy { $0?.isConnected == true })
    // Nobody is let in any more, and so the storm ends.
    XCTAssertEqual(storm.wait(timeout: .now() + Self.slack), .success)
    XCTAssertNil(TestSocket(port: point.port))
    XCTAssertEqual(record.codes, [:])
    isOver.store(true, ordering: .relaxed)
  }

  func testTheDoorIsClosedWhereSomebodyCannotCome() throws {
    try startFirst(of: 3)
    join(1)
    let port = try point().port
    XCTAssertNotNil(TestSocket(port: port))
    watches[0]?.noteMeeting()
    wait(until: { TestSocket(port: port) == nil }, "the door is closed")
    assertUndisturbed()
  }

  func testAnEchoOfAConversationIsRefused() throws {
    try startFirst(of: 3)
    let point = try point()
    let relay = Relay(to: point.port)
    join(1, through: relay.port)
    XCTAssertEqual(watches[1]?.isConnected, true)
    wait(until: { relay.record.count > 500 }, "messages")
    for words in [relay.record, [UInt8](relay.record.prefix(Greeting.size))] {
      let echo = try XCTUnwrap(TestSocket(port: point.port))
      echo.write(words)
      XCTAssertTrue(echo.isClosedSilently)
    }
    // Rank 1 is gone, and an echo does not bring it back.
    watches[1] = nil
    wait(until: { record.codes[0] == 4 }, "the loss is told")
  }

  func testAnEchoBeforeTheConversationIsOverIsRefused() throws {
    try startFirst(of: 2, deadline: 1)
    let point = try point()
    let greeting = Greeting(rank: 1).sealed(with: point.key)
    let (first, second) = (
      try XCTUnwrap(TestSocket(port: point.port)), try XCTUnwrap(TestSocket(port: point.port))
    )
    first.write(greeting)
    XCTAssertEqual(first.read(Welcome.size).count, Welcome.size)
    second.write(greeting)
    XCTAssertTrue(second.isClosedSilently)
    // Whoever said it first cannot go on without the key.
    first.write([UInt8](repeating: 1, count: MessageSeal.frameSize))
    XCTAssertTrue(first.isClosedSilently)
    join(1)
    XCTAssertEqual(watches[1]?.isConnected, true)
    assertUndisturbed()
  }

  func testWhoeverOnlyRepeatsIsNotTakenForRankZero() throws {
    try startFirst(of: 2)
    timing.connecting = 0.3
    let (listener, port) = TestSocket.listening()
    Thread.detachNewThread {
      while let rank = listener.accept() {
        rank.write(rank.read(Greeting.size))
      }
    }
    join(1, through: port)
    XCTAssertEqual(watches[1]?.isConnected, false)
  }

  /// Altered, repeated, left out, or moved.
  func testMessagesThatDoNotArriveAsTheyWereSentEndTheConnection() throws {
    let changes: [@Sendable ([UInt8], Int) -> [UInt8]] = [
      { bytes, number in number == 2 ? bytes.dropLast() + [bytes[bytes.count - 1] ^ 1] : bytes },
      { bytes, number in number == 2 ? [bytes[0] ^ 2] + bytes.dropFirst() : bytes },
      { bytes, number in number == 2 ? bytes + bytes : bytes },
      { bytes, number in number == 2 ? [] : bytes },
    ]
    for change in changes {
      (record, watches) = (Record(), [])
      try? FileManager.default.removeItem(atPath: Verdict.path(inFolder: folder))
      try startFirst(of: 3)
      let relay = Relay(to: try point().port, change)
      join(1, through: relay.port)
      join(2)
      wait(until: { record.codes[0] == 4 }, "rank 0 has ended")
      XCTAssertTrue(
        record.lines.contains { $0.text.contains("rank 1 (pid 101 on host a) was lost") },
        "\(record.lines)")
    }
  }

  func testAMemberThatSaysWhatNoRankSaysIsLost() throws {
    let largest = Message.largestNumber
    let bad: [[Int]] = [
      [77, 1, 0, 2, 0, 1, 1, 1, 1, 0, 0], [1, 99, 0, 2, 0, 1, 1, 1, 1, 0, 0],
      [1, -1, 0, 2, 0, 1, 1, 1, 1, 0, 0],
      [1, 0, 0, 2, 0, 1, 1, 1, 1, 0, 0], [1, 2, 0, 2, 0, 1, 1, 1, 1, 0, 0],
      [2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], [3, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0],
      [4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [4, 99, 4, 0, 0, 0, 0, 0, 0, 0, 0], [4, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0],
      [1, 1, 0, 99, 0, 1, 1, 1, 1, 0, 0],
      [1, 1, 0, 2, 0, .max, 1, 1, 1, 0, 0], [1, 1, 0, 2, 0, 1, -1, 1, 1, 0, 0],
      [1, 1, 0, 2, 0, 1, 1, .min, 1, 0, 0],
      [1, 1, 0, 2, 0, 1, 1, 1, .max, 0, 0], [1, 1, 0, 2, 2, 1, 1, 1, 1, 0, 0],
      [1, 1, 0, 2, 0, 1, 1, 1, largest + 1, 0, 0], [1, 1, 0, 2, 0, 1, 1, 1, 1, 0, -1],
      [1, 1, 0, 2, 0, 1, 1, 1, 1, 1 << 32, 0],
      [1, 1, 0, 2, 0, 1, 1, 1, 1, 0, 1 << 32],
    ]
    for words in bad {
      (record, watches) = (Record(), [])
      try? FileManager.default.removeItem(atPath: Verdict.path(inFolder: folder))
      try startFirst(of: 3)
      join(2)
      let client = try XCTUnwrap(KnowingClient(point(), rank: 1))
      client.say(Words([1, 1, 0, 2, 0, largest, largest, largest, largest, 0, 0]).bytes)
      client.say(Words(words).bytes)
      try assertEnd(
        [0: 4, 2: 4], speaker: 0, ["rank 1 (pid 101 on host a) was lost", "arrive altered"])
    }
  }

  func testTheMemoryOfManyIsCountedWithoutATrap() throws {
    try startFirst(of: 17, memory: 1)
    let largest = Message.largestNumber
    var clients: [KnowingClient] = []
    for rank in 1..<17 {
      let client = try XCTUnwrap(KnowingClient(point(), rank: rank))
      client.say(Words([1, rank, 0, 2, 0, largest, largest, largest, largest, 0, 0]).bytes)
      _ = client.socket.read(MessageSeal.frameSize)
      clients.append(client)
    }
    // All are heard of before the first is lost.
    clients = []
    wait(until: { record.codes[0] == 4 }, "somebody is lost")
    XCTAssertTrue(record.lines[0].text.contains("perhaps for lack of memory"), "\(record.lines)")
  }

  func testTheLargestNumbersTrapNowhere() throws {
    try startFirst(of: 4, deadline: 0.5, memory: 1)
    let (largest, half) = (Message.largestNumber, Int(UInt32.max))
    let clients = try (1..<4).map { try XCTUnwrap(KnowingClient(point(), rank: $0)) }
    for (rank, client) in zip(1..., clients) {
      client.say(Words([1, rank, 0, 2, 0, largest, largest, largest, largest, half, half]).bytes)
    }
    withExtendedLifetime(clients) {
      wait(until: { record.codes[0] == 5 }, "somebody is stuck")
    }
    for part in ["in step \(largest + 1)", "of training ffffffffffffffff"] {
      XCTAssertTrue(record.lines[0].text.contains(part), "\(record.lines)")
    }
    XCTAssertNotNil(try? verdict())
  }

  func testARankHasOneConnection() throws {
    try startFirst(of: 3, deadline: 1)
    let point = try point()
    let first = try XCTUnwrap(KnowingClient(point, rank: 1))
    let second = try XCTUnwrap(KnowingClient(point, rank: 1))
    let heartbeat = Message(.heartbeat, rank: 1).bytes
    first.say(heartbeat)
    XCTAssertEqual(first.socket.read(MessageSeal.frameSize).count, MessageSeal.frameSize)
    // The one that was heard first stays, whatever the other says.
    second.say(heartbeat)
    second.say(Message(.failed, rank: 1, code: 7).bytes)
    XCTAssertTrue(second.socket.isClosedSilently)
    XCTAssertNil(KnowingClient(point, rank: 1))
    first.say(heartbeat)
    XCTAssertEqual(first.socket.read(MessageSeal.frameSize).count, MessageSeal.frameSize)
    assertUndisturbed()
  }
}

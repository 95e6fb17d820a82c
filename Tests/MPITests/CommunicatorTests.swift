import MPI
import TestSupport
import XCTest

final class CommunicatorTests: XCTestCase {
  func testTheWorldIsTheJob() throws {
    let world = try sharedWorld()
    XCTAssertTrue((0..<world.size).contains(world.rank))
    let environment = ProcessInfo.processInfo.environment
    let launched = environment["OMPI_COMM_WORLD_SIZE"] ?? environment["PMI_SIZE"]
    XCTAssertEqual(world.size, launched.flatMap { Int($0) } ?? 1)
    XCTAssertFalse(world.processorName.isEmpty)
    try world.barrier()
  }

  func testMPIStartsOnlyOnce() throws {
    _ = try sharedWorld()
    XCTAssertThrowsError(try MPISession()) { XCTAssertTrue("\($0)".contains("only once")) }
  }

  func testRefusedCallsBecomeErrors() throws {
    let world = try sharedWorld()
    var values: [Float] = [1]
    try values.withUnsafeMutableBufferPointer { values in
      XCTAssertThrowsError(try world.send(UnsafeBufferPointer(values), to: world.size)) {
        XCTAssertEqual(($0 as? MPIError)?.operation, "MPI_Send")
        let isMPICH = MPISession.libraryVersion.hasPrefix("MPICH")
        XCTAssertTrue("\($0)".contains(isMPICH ? "Invalid rank" : "invalid rank"), "\($0)")
      }
    }
  }

  func testMessagesArriveWholeAndInPieces() throws {
    var world = try sharedWorld()
    let right = (world.rank + 1) % world.size
    let left = (world.rank + world.size - 1) % world.size
    for largestMessage in [Int(CInt.max), 5, 1] {
      world.largestMessage = largestMessage
      for count in [0, 1, 5, 11] {
        var ring = (0..<count).map { Double(world.rank * 100 + $0) }
        var received = [Double](repeating: -1, count: count)
        // Even ranks send first: a ring of blocking sends may wait for ever.
        try ring.withUnsafeMutableBufferPointer { ring in
          try received.withUnsafeMutableBufferPointer { received in
            if world.size == 1 {
              try world.exchange(sending: UnsafeBufferPointer(ring), receiving: received, peer: 0)
            } else if world.rank % 2 == 0 {
              try world.send(UnsafeBufferPointer(ring), to: right, tag: 7)
              try world.receive(into: received, from: left, tag: 7)
            } else {
              try world.receive(into: received, from: left, tag: 7)
              try world.send(UnsafeBufferPointer(ring), to: right, tag: 7)
            }
          }
        }
        XCTAssertEqual(received, (0..<count).map { Double(left * 100 + $0) })
      }
    }
  }

  func testExchangesMayDifferInLength() throws {
    var world = try sharedWorld()
    let peer = world.rank ^ 1 < world.size ? world.rank ^ 1 : world.rank
    for largestMessage in [Int(CInt.max), 3] {
      world.largestMessage = largestMessage
      let sent = [UInt8](repeating: UInt8(world.rank), count: 4 + world.rank % 2 * 5)
      var received = [UInt8](repeating: 255, count: 4 + peer % 2 * 5)
      try sent.withUnsafeBufferPointer { sent in
        try received.withUnsafeMutableBufferPointer { received in
          try world.exchange(sending: sent, receiving: received, peer: peer)
        }
      }
      XCTAssertTrue(received.allSatisfy { $0 == UInt8(peer) })
    }
  }

  func testCollectivesReachAllRanks() throws {
    var world = try sharedWorld()
    for largestMessage in [Int(CInt.max), 2] {
      world.largestMessage = largestMessage
      for root in 0..<world.size {
        var values = (0..<5).map { Float(world.rank * 10 + $0) }
        try values.withUnsafeMutableBufferPointer { try world.broadcast($0, from: root) }
        XCTAssertEqual(values, (0..<5).map { Float(root * 10 + $0) })
      }

      let own = (0..<3).map { Int64(world.rank * 10 + $0) }
      var all = [Int64](repeating: -1, count: 3 * world.size)
      try own.withUnsafeBufferPointer { own in
        try all.withUnsafeMutableBufferPointer { try world.allGather(own, into: $0) }
      }
      XCTAssertEqual(
        all, (0..<world.size).flatMap { rank in (0..<3).map { Int64(rank * 10 + $0) } })
      XCTAssertEqual(try world.allGather(own), all)
      XCTAssertEqual(
        try world.allGather([SIMD2(Double(world.rank), 0.5)]),
        (0..<world.size).map { SIMD2(Double($0), 0.5) })
      XCTAssertEqual(try world.allGather([Float]()), [])

      // Beyond the 53 bits of a Double: the sum is of integers.
      var counts: [Int64] = [1 << 53, 1, Int64(world.rank)]
      try counts.withUnsafeMutableBufferPointer { try world.sum($0) }
      let size = Int64(world.size)
      XCTAssertEqual(counts, [size << 53, size, size * (size - 1) / 2])

      // Whole numbers, whose sum is the same in any order.
      var values = (0..<23).map { Float($0 * (world.rank + 1)) }
      try values.withUnsafeMutableBufferPointer { try world.sumInAnyOrder($0) }
      XCTAssertEqual(values, (0..<23).map { Float($0 * world.size * (world.size + 1) / 2) })
    }
    XCTAssertEqual(try world.sum((1 << 53) + 1), ((1 << 53) + 1) * world.size)
  }

  func testGroupsDoNotHearEachOther() throws {
    let world = try sharedWorld()
    let divisions: [(Int) -> Int] = [{ $0 % 2 }, { $0 == 0 ? 5 : 1 }, { _ in 3 }, { $0 }]
    for color in divisions {
      let members = (0..<world.size).filter { color($0) == color(world.rank) }
      let group = try XCTUnwrap(world.split(color: color(world.rank), key: -world.rank))
      XCTAssertEqual(group.size, members.count)
      XCTAssertEqual(try group.allGather([world.rank]), members.reversed())
      let sum = try group.sum(world.rank)
      XCTAssertEqual(sum, members.reduce(0, +))
      // A part of a part; and all can still talk to each other.
      let lone = try XCTUnwrap(group.split(color: group.rank))
      XCTAssertEqual(try lone.sum(world.rank), world.rank)
      XCTAssertEqual(try world.allGather([sum]).count, world.size)
      var value: [Float] = [1]
      try value.withUnsafeMutableBufferPointer { value in
        XCTAssertThrowsError(try group.send(UnsafeBufferPointer(value), to: group.size))
      }
    }
  }

  func testGroupsAreGivenBack() throws {
    let world = try sharedWorld()
    // MPICH has 2,048 at a time.
    for _ in 0..<3_000 { XCTAssertEqual(try world.split(color: 0)?.size, world.size) }
  }

  func testARankMayBeInNoGroup() throws {
    let world = try sharedWorld()
    let group = try world.split(color: world.rank == 0 ? nil : 0)
    XCTAssertEqual(group?.size, world.rank == 0 ? nil : world.size - 1)
    XCTAssertEqual(try world.sum(group?.rank ?? 0), (world.size - 1) * (world.size - 2) / 2)
  }

  func testWordsOfAllRanksAreTheSameOnEach() throws {
    let world = try sharedWorld()
    let words = try world.allGather(words: ["rank": Double(world.rank), "nothing": .infinity])
    XCTAssertEqual(words.map { $0["rank"] }, (0..<world.size).map { Double($0) })
    XCTAssertEqual(words.map { $0["nothing"] }, (0..<world.size).map { _ in .infinity })
    XCTAssertThrowsError(try Communicator.decoded(Array("{}".utf8), of: 3) as [Int]) {
      XCTAssertEqual("\($0)".prefix(18), "rank 3 runs anothe")
    }
  }

  func testMailIsTakenByWhoLooksForIt() throws {
    let world = try sharedWorld()
    XCTAssertNil(try world.mail(tag: 7))
    try world.barrier()
    if world.rank > 0 {
      // Short and long ones, and none of another tag.
      for count in [0, 1, 5_000] {
        try world.post([UInt8](repeating: UInt8(world.rank), count: count), to: 0, tag: 7)
      }
    } else {
      var counts: [Int: [Int]] = [:]
      while counts.values.reduce(0, { $0 + $1.count }) < 3 * (world.size - 1) {
        XCTAssertNil(try world.mail(tag: 8))
        guard let mail = try world.mail(tag: 7) else { continue }
        XCTAssertTrue(mail.bytes.allSatisfy { $0 == UInt8(mail.sender) })
        counts[mail.sender, default: []].append(mail.bytes.count)
      }
      // Of one sender in their order.
      for sender in 1..<max(1, world.size) { XCTAssertEqual(counts[sender], [0, 1, 5_000]) }
    }
    try world.barrier()
  }

  func testWhoWaitsForItsMailToBeTakenCanTellThatItGoesOn() throws {
    let world = try sharedWorld()
    try XCTSkipIf(world.size == 1, "nobody else can take it")
    // More than any library sends before the receiver looks.
    let count = 1 << 20
    let late: UInt32 = 300_000
    func bytes(_ rank: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ rank) } }
    if world.rank > 0 {
      var waits = 0
      try world.post(bytes(world.rank), to: 0, tag: 7) { waits += 1 }
      XCTAssertGreaterThan(waits, 10)
    } else {
      usleep(late)
      var senders: Set<Int> = []
      while senders.count < world.size - 1 {
        guard let mail = try world.mail(tag: 7) else { continue }
        XCTAssertEqual(mail.bytes, bytes(mail.sender))
        senders.insert(mail.sender)
      }
    }
    try world.barrier()
  }
}

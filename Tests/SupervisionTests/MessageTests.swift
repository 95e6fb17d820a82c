import Supervision
import XCTest

/// What is believed of what arrives.
final class MessageTests: XCTestCase {
  private static let extremes = [
    Int.min, -1 << 32, -1, 0, 1, 2, 3, 4, 7, 8, 77, 130, 255, 1 << 31, 1 << 32, 1 << 60,
    1 << 60 + 1, .max,
  ]

  private func words(
    _ kind: Message.Kind, rank: Int = 1, code: Int = 0, phase: Int = 2
  ) -> [Int] {
    [kind.rawValue, rank, code, phase, 1, 5, 6, 7, 8, 9, 10]
  }

  func testAMessageArrivesAsItWasSent() throws {
    var pulse = Pulse()
    (pulse.step, pulse.phase, pulse.progress) = (3, .saving, Message.largestNumber)
    (pulse.exchanges, pulse.isWaiting, pulse.resident) = (0, true, 1 << 40)
    pulse.training = 0xfedc_ba98_7654_3210
    for (kind, code) in [
      (Message.Kind.heartbeat, Int32(0)), (.done, 0), (.failed, 7), (.failed, 143), (.told, 5),
    ] {
      let message = Message(kind, rank: 2, code: code, pulse)
      XCTAssertEqual(Message(message.bytes, ranks: 3), message)
      XCTAssertNil(Message(message.bytes, ranks: 2))
      XCTAssertNil(Message(message.bytes.dropLast(), ranks: 3))
      XCTAssertNil(Message(message.bytes + [0], ranks: 3))
    }
    XCTAssertNil(Message([], ranks: 3))
  }

  func testNumbersOfThisProcessThatAreTooLargeAreSentAsTheLargest() throws {
    var pulse = Pulse()
    (pulse.step, pulse.progress, pulse.resident) = (.max, -1, .max)
    let found = try XCTUnwrap(Message(Message(.heartbeat, rank: 0, pulse).bytes, ranks: 1))
    XCTAssertEqual(found.pulse.step, Message.largestNumber)
    XCTAssertEqual(found.pulse.progress, 0)
  }

  /// No field has a value that is believed and was not meant.
  func testEachFieldIsCheckedAtItsExtremes() {
    let numbers = 0...Message.largestNumber
    let codes: [Message.Kind: Set<Int>] = [
      .heartbeat: [0], .done: [0], .failed: [1, 2, 3, 4, 5, 6, 7, 130, 143], .told: [4, 5],
    ]
    for kind in Message.Kind.allCases {
      let code = codes[kind]?.max() ?? 0
      for place in 0..<11 {
        for value in Self.extremes {
          var words = words(kind, code: code)
          words[place] = value
          let isMeant =
            switch place {
            case 0: Message.Kind(rawValue: value).map { codes[$0]?.contains(code) == true } ?? false
            case 1: (0..<4).contains(value)
            case 2: codes[kind]?.contains(value) == true
            case 3: (0..<Activity.Phase.allCases.count).contains(value)
            case 4: (0...1).contains(value)
            // Halves of a training's name.
            case 9, 10: (0...Int(UInt32.max)).contains(value)
            default: numbers.contains(value)
            }
          XCTAssertEqual(
            Message(Words(words).bytes, ranks: 4) != nil, isMeant, "\(kind) \(place) \(value)")
        }
      }
    }
  }

  func testACodeIsThatOfOneMessageInOnePlace() {
    let key = MeetingKey()
    let (greeting, welcome) = (Greeting(rank: 1), Welcome())
    func seal(
      _ key: MeetingKey, _ greeting: Greeting, _ welcome: Welcome,
      _ direction: MessageSeal.Direction = .toFirst
    ) -> MessageSeal { MessageSeal(key, direction, greeting, welcome) }
    let bytes = Message(.heartbeat, rank: 1).bytes
    var sender = seal(key, greeting, welcome)
    let (first, second) = (sender.seal(bytes), sender.seal(bytes))
    XCTAssertNotEqual(first, second)
    var receiver = seal(key, greeting, welcome)
    XCTAssertNil(receiver.open(second[...]), "left out")
    XCTAssertEqual(receiver.open(first[...]), bytes)
    XCTAssertNil(receiver.open(first[...]), "repeated")
    XCTAssertEqual(receiver.open(second[...]), bytes)
    for (what, other) in [
      ("reflected", seal(key, greeting, welcome, .fromFirst)),
      ("of another job", seal(MeetingKey(), greeting, welcome)),
      ("of another greeting", seal(key, Greeting(rank: 1), welcome)),
      ("of another answer", seal(key, greeting, Welcome())),
    ] {
      var other = other
      XCTAssertNil(other.open(first[...]), what)
    }
    for place in first.indices {
      var (altered, receiver) = (first, seal(key, greeting, welcome))
      altered[place] ^= 1 << (place % 8)
      XCTAssertNil(receiver.open(altered[...]), "\(place)")
    }
  }

  func testAGreetingNamesARankThatCanKnock() {
    let key = MeetingKey()
    for rank in [Int.min, -1, 0, 4, 99, .max] {
      XCTAssertNil(
        Greeting(Greeting(rank: rank).sealed(with: key), sealedWith: key, ranks: 4), "\(rank)")
    }
    let greeting = Greeting(rank: 3)
    let sealed = greeting.sealed(with: key)
    XCTAssertEqual(Greeting(sealed, sealedWith: key, ranks: 4), greeting)
    XCTAssertNil(Greeting(sealed, sealedWith: MeetingKey(), ranks: 4))
    XCTAssertNil(Welcome(sealed, sealedWith: key, answering: greeting), "reflected")
    let answer = Welcome().sealed(with: key, answering: greeting)
    XCTAssertNotNil(Welcome(answer, sealedWith: key, answering: greeting))
    XCTAssertNil(Welcome(answer, sealedWith: key, answering: Greeting(rank: 3)), "repeated")
    XCTAssertNil(Welcome([], sealedWith: key, answering: greeting))
  }
}

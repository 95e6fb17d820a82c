import Boundary

/// What two processes tell each other.
package struct Message: Equatable {
  package enum Kind: Int, CaseIterable {
    case heartbeat = 1
    /// The sender ends in an orderly way, and so do the others.
    case done
    /// `rank` has failed; it will say why itself and end all ranks. `code` is its exit code.
    case failed
    /// That `rank` is lost or stuck was told by the sender, who ends with `code`.
    case told

    /// Exit codes that can come with it. None of them is that of a success.
    fileprivate var codes: Set<Int32> {
      switch self {
      case .heartbeat, .done: [0]
      case .failed: [1, 2, 3, 4, 5, 6, 7, 130, 143]
      case .told: [Verdict.Code.lost.rawValue, Verdict.Code.stuck.rawValue]
      }
    }
  }

  private static let fieldCount = 11
  package static let size = fieldCount * Words.size

  /// Largest number of steps, of exchanges, of notes of progress or of bytes: counted a thousand
  /// million times a second they would take 36 years to reach it, and the next number is none to
  /// trap at.
  package static let largestNumber = 1 << 60

  /// A training's name is sent in two halves: as a whole it could be a negative number.
  private static let halfOfTraining = UInt64(UInt32.max)

  package let kind: Kind
  package let rank: Int
  package let code: Int32
  /// How the sender is.
  package let pulse: Pulse

  package init(_ kind: Kind, rank: Int, code: Int32 = 0, _ pulse: Pulse = Pulse()) {
    self.kind = kind
    self.rank = rank
    self.code = code
    self.pulse = pulse
  }

  package var bytes: [UInt8] {
    let numbers = [pulse.step, pulse.progress, pulse.exchanges, pulse.resident]
      .map { min(max($0, 0), Self.largestNumber) }
    let training = [pulse.training >> 32, pulse.training & Self.halfOfTraining].map { Int($0) }
    return Words(
      [kind.rawValue, rank, Int(code), pulse.phase.rawValue, pulse.isWaiting ? 1 : 0] + numbers
        + training
    ).bytes
  }

  /// The message that came in a job of `count` ranks; `nil` where no rank says that.
  package init?(_ bytes: [UInt8], ranks count: Int) {
    let words = Words(bytes).values
    guard bytes.count == Self.size, let kind = Kind(rawValue: words[0]),
      (0..<count).contains(words[1]),
      let code = Int32(exactly: words[2]), kind.codes.contains(code),
      let phase = Activity.Phase(rawValue: words[3]), (0...1).contains(words[4]),
      words[5...8].allSatisfy((0...Self.largestNumber).contains),
      words[9...].allSatisfy((0...Int(Self.halfOfTraining)).contains)
    else { return nil }
    var pulse = Pulse()
    pulse.phase = phase
    pulse.isWaiting = words[4] == 1
    (pulse.step, pulse.progress) = (words[5], words[6])
    (pulse.exchanges, pulse.resident) = (words[7], words[8])
    pulse.training = UInt64(words[9]) << 32 | UInt64(words[10])
    self.init(kind, rank: words[1], code: code, pulse)
  }
}

/// What two processes tell each other: 64 bytes, in the byte order of the machine, as all ranks run
/// the same program.
struct Message: BitwiseCopyable, Equatable {
  enum Kind: Int64 {
    /// First word of a connection, and the answer to it.
    case hello
    case heartbeat
    /// The sender ends in an orderly way, and so do the others.
    case done
    /// The sender has failed; it will say why itself and end all ranks. `code` is its exit code.
    case failed
    /// A loss or a hang was told by the sender, who ends with `code`.
    case told
  }

  static let size = MemoryLayout<Message>.size

  let token: Int64
  let kindValue: Int64
  let rank: Int32
  let code: Int32
  let progress: Int64
  let exchanges: Int64
  let step: Int64
  let phase: Int32
  let isWaiting: Int32
  let resident: Int64

  var kind: Kind? { Kind(rawValue: kindValue) }

  init(_ kind: Kind, rank: Int, token: Int64, code: Int32 = 0, _ pulse: Pulse = Pulse()) {
    self.token = token
    kindValue = kind.rawValue
    self.rank = Int32(rank)
    self.code = code
    progress = Int64(pulse.progress)
    exchanges = Int64(pulse.exchanges)
    step = Int64(pulse.step)
    phase = Int32(pulse.phase.rawValue)
    isWaiting = pulse.isWaiting ? 1 : 0
    resident = Int64(pulse.resident)
  }

  /// What it says about its sender.
  var pulse: Pulse {
    Pulse(
      step: Int(step), phase: Activity.Phase(rawValue: Int(phase)) ?? .starting,
      progress: Int(progress), exchanges: Int(exchanges), isWaiting: isWaiting != 0,
      resident: Int(resident))
  }
}

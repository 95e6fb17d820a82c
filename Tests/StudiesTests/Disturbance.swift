import Glibc
import Tensors
import Training

/// What a rank is asked in every step of a study: sleeps by lot, and asks to stop at some moment.
final class Disturbance {
  private var random: CounterRandom
  private let longest: Double
  private var left: Int
  private let signal: Int32

  /// - Parameters:
  ///   - longest: Milliseconds that a step is slept through at most.
  ///   - steps: Questions after which it asks to stop, and goes on to; nil for never.
  ///   - signal: By which it does that.
  init(
    seed: Int, longest: Double = 0, stoppingAfter steps: Int? = nil, by signal: Int32 = SIGTERM
  ) {
    self.signal = signal
    random = CounterRandom(seed: UInt64(seed), purpose: .synthetic)
    self.longest = longest
    left = steps ?? .max
  }

  /// See `StopRequest`.
  func ask() -> Int32? {
    if longest > 0 {
      // Most steps are short, some long.
      let part = random.uniform()
      usleep(UInt32(1_000 * longest * part * part * part * part))
    }
    left -= 1
    return left < 0 ? signal : nil
  }
}

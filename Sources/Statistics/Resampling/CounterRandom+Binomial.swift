import Glibc
import Tensors

extension CounterRandom {
  /// How many of `count` independent trials succeed.
  ///
  /// One uniform number is spent on the outcomes in the order of their distance from the most probable
  /// one, so that about as many steps are needed as the deviation has: 100 for 10,000 trials at most.
  ///
  /// - Parameter share: Probability of a success, 0 to 1.
  package mutating func binomial(_ count: Int, share: Double) -> Int {
    guard count > 0, share > 0 else { return 0 }
    guard share < 1 else { return count }
    let odds = share / (1 - share)
    let mode = min(count, Int(Double(count + 1) * share))
    let (n, k) = (Double(count), Double(mode))
    let peak = exp(
      lgamma(n + 1).0 - lgamma(k + 1).0 - lgamma(n - k + 1).0 + k * log(share)
        + (n - k) * log1p(-share))
    var left = uniform() - peak
    var (above, below) = (mode, mode)
    var (rising, falling) = (peak, peak)
    while left >= 0 {
      if above < count {
        rising *= Double(count - above) / Double(above + 1) * odds
        above += 1
        left -= rising
        if left < 0 { return above }
      }
      if below > 0 {
        falling *= Double(below) / (Double(count - below + 1) * odds)
        below -= 1
        left -= falling
        if left < 0 { return below }
      }
      // The probabilities add up to 1 but for their rounding, which is the mode's.
      if rising + falling < Double.leastNormalMagnitude || above == count && below == 0 { break }
    }
    return mode
  }
}

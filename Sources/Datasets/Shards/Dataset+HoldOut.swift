import Boundary
import Tensors

extension Dataset {
  /// Divides the samples into those for training and those that are held out from it.
  ///
  /// Each class gives its share, rounded so that the counts add up (largest remainders first, then
  /// lower classes). The lot of a sample is a pure function of its index, so that every run and
  /// every rank holds out the same.
  ///
  /// - Parameter share: Part of the samples that is held out, above 0 and below 1.
  /// - Throws: When that is no sample, or all those of a class.
  /// - Precondition: This is no part itself.
  public func holdingOut(
    _ share: Double
  ) throws(DatasetError) -> (training: Dataset, heldOut: Dataset) {
    let total = Int((share * Double(count)).rounded())
    guard total > 0 else {
      throw .badHoldOut(
        reason: "\(share) of \(count.counted("image")) is none; give a larger share, or 0")
    }
    var members = [[Int]](repeating: [], count: classNames.count)
    for sample in 0..<count { members[Int(place(of: sample).label)].append(sample) }
    let shares = members.map(\.count).shares(of: total, keeping: 0)
    for (label, share) in shares.enumerated() where share > 0 && share == members[label].count {
      throw .badHoldOut(
        reason: "class \(label) ('\(classNames[label].shown)') would have none of its "
          + "\(share.counted("image")) left to train on; give a smaller share, or pack more images of "
          + "it")
    }
    var isHeldOut = [Bool](repeating: false, count: count)
    for (samples, share) in zip(members, shares) {
      for sample in Self.drawn(share, of: samples) { isHeldOut[sample] = true }
    }
    return (
      part((0..<count).filter { !isHeldOut[$0] }), part((0..<count).filter { isHeldOut[$0] })
    )
  }

  /// The `count` samples with the lowest lots.
  private static func drawn(_ count: Int, of samples: [Int]) -> [Int] {
    let lots = samples.map { sample in
      var random = CounterRandom(seed: 0, sample: sample, purpose: .holdOut)
      return (lot: random.next(), sample: sample)
    }
    return lots.sorted { ($0.lot, $0.sample) < ($1.lot, $1.sample) }.prefix(count).map(\.sample)
  }
}

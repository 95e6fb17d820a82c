import Glibc

/// Softmax cross-entropy with mixed labels and label smoothing in plain loops and doubles.
package enum SoftmaxReference {
  /// Probabilities of one image's logits.
  package static func probabilities(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let powers = logits.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// −Σ t·log p of one image, t the smoothed mixture of its labels, and its gradient.
  ///
  /// - Parameter partner: The second label and the share of the first.
  package static func loss(
    _ logits: [Double], label: Int, partner: (label: Int, weight: Double)? = nil, smoothing: Double
  ) -> (loss: Double, gradient: [Double]) {
    let p = probabilities(logits)
    var targets = p.map { _ in smoothing / Double(p.count) }
    targets[label] += (1 - smoothing) * (partner?.weight ?? 1)
    if let partner { targets[partner.label] += (1 - smoothing) * (1 - partner.weight) }
    return (
      zip(targets, p).reduce(0) { $0 - $1.0 * log($1.1) }, zip(p, targets).map { $0 - $1 }
    )
  }
}

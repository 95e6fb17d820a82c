import Glibc

/// Softmax cross-entropy with label smoothing in plain loops and doubles.
package enum SoftmaxReference {
  /// Probabilities of one image's logits.
  package static func probabilities(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let powers = logits.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// −Σ t·log p of one image, t the smoothed label, and its gradient.
  package static func loss(
    _ logits: [Double], label: Int, smoothing: Double
  ) -> (loss: Double, gradient: [Double]) {
    let p = probabilities(logits)
    let targets = p.indices.map {
      smoothing / Double(p.count) + ($0 == label ? 1 - smoothing : 0)
    }
    return (
      zip(targets, p).reduce(0) { $0 - $1.0 * log($1.1) }, zip(p, targets).map { $0 - $1 }
    )
  }
}

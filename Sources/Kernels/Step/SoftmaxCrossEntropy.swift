import Glibc
import Tensors

/// Softmax cross-entropy with label smoothing, and with two labels for mixed images.
///
///     loss = −Σ_k t_k·log p_k,  ∂loss/∂logit = p − t
///     t = (1 − s)·(w·onehot(label) + (1 − w)·onehot(partner)) + s/K
public enum SoftmaxCrossEntropy {
  /// Sums over a number of images.
  public struct Totals: Sendable, Equatable {
    /// Sum of the images' losses, in nats.
    public var loss = 0.0
    /// Images whose largest logit is that of their label, in a mixed image the one with the larger
    /// share; the first one wins a tie.
    public var correct = 0
    /// Images for whose label, chosen as for ``correct``, fewer than five classes score higher, see
    /// ``rank(of:in:_:)``.
    public var correctTop5 = 0

    /// Nothing counted yet.
    public init() {}
  }

  /// Computes the loss of `images` rows of logits and replaces them by its gradient.
  ///
  /// - Parameters:
  ///   - logits: `[images, K]`, rows a channel stride apart; becomes the gradient of the *sum* of
  ///     the images' losses.
  ///   - labels: `[images]`, each in `0..<K`.
  ///   - partners: Labels of what is mixed into the images, `[images]`, each in `0..<K`; where w is
  ///     1 it does not matter which.
  ///   - weights: w, `[images]`, 0 to 1; nil, as the partners, where no image is mixed.
  ///   - smoothing: s.
  public static func backward(
    _ logits: UnsafeMutablePointer<Float>, images: Int, classes: Int,
    labels: UnsafePointer<Int32>, partners: UnsafePointer<Int32>? = nil,
    weights: UnsafePointer<Float>? = nil, smoothing: Double
  ) -> Totals {
    let stride = channelStride(classes)
    var totals = Totals()
    for image in 0..<images {
      let row = logits + image * stride
      let label = Int(labels[image])
      let weight = weights.map { Double($0[image]) } ?? 1
      let partner = weight < 1 ? partners.map { Int($0[image]) } ?? label : label
      let best = argmax(row, classes)
      let truth = weight < 0.5 ? partner : label
      if best == truth { totals.correct += 1 }
      if rank(of: truth, in: row, classes) < 5 { totals.correctTop5 += 1 }
      let largest = Double(row[best])
      var denominator = 0.0
      var sum = 0.0
      for k in 0..<classes {
        denominator += exp(Double(row[k]) - largest)
        sum += Double(row[k])
      }
      let logDenominator = largest + log(denominator)
      let uniform = smoothing / Double(classes)
      // −Σ t·(logit − logDenominator), with Σ t = 1.
      let target = weight * Double(row[label]) + (1 - weight) * Double(row[partner])
      totals.loss += logDenominator - (1 - smoothing) * target - uniform * sum
      let own = (1 - smoothing) * weight
      let other = (1 - smoothing) * (1 - weight)
      for k in 0..<classes {
        let probability = exp(Double(row[k]) - logDenominator)
        row[k] = Float(
          probability - uniform - (k == label ? own : 0) - (k == partner ? other : 0))
      }
    }
    return totals
  }

  /// Replaces `images` rows of logits, `[images, K]`, by probabilities.
  public static func probabilities(
    _ logits: UnsafeMutablePointer<Float>, images: Int, classes: Int
  ) {
    let stride = channelStride(classes)
    for image in 0..<images {
      let row = logits + image * stride
      let largest = Double(row[argmax(row, classes)])
      var denominator = 0.0
      for k in 0..<classes { denominator += exp(Double(row[k]) - largest) }
      for k in 0..<classes { row[k] = Float(exp(Double(row[k]) - largest) / denominator) }
    }
  }

  /// Index of the largest of `count` values; the first of equals.
  public static func argmax(_ values: UnsafePointer<Float>, _ count: Int) -> Int {
    var best = 0
    for k in 1..<max(count, 1) where values[k] > values[best] { best = k }
    return best
  }

  /// How many of `count` values come before the one at `index`: those that are larger, and of equal
  /// ones the first. That of rank 0 is at ``argmax(_:_:)``.
  public static func rank(
    of index: Int, in values: UnsafePointer<Float>, _ count: Int
  ) -> Int {
    let own = values[index]
    var rank = 0
    for k in 0..<count where values[k] > own || (values[k] == own && k < index) { rank += 1 }
    return rank
  }
}

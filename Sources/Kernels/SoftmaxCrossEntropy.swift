import Glibc
import Tensors

/// Softmax cross-entropy with label smoothing.
///
///     loss = −Σ_k t_k·log p_k,  t = (1 − s)·onehot(label) + s/K,  ∂loss/∂logit = p − t
public enum SoftmaxCrossEntropy {
  /// Sums over a number of images.
  public struct Totals: Sendable, Equatable {
    /// Sum of the images' losses, in nats.
    public var loss = 0.0
    /// Images whose largest logit is that of their label; the first one wins a tie.
    public var correct = 0

    /// Nothing counted yet.
    public init() {}
  }

  /// Computes the loss of `images` rows of logits and replaces them by its gradient.
  ///
  /// - Parameters:
  ///   - logits: `[images, K]`, rows a channel stride apart; becomes the gradient of the *sum* of
  ///     the images' losses.
  ///   - labels: `[images]`, each in `0..<K`.
  ///   - smoothing: s.
  public static func backward(
    _ logits: UnsafeMutablePointer<Float>, images: Int, classes: Int,
    labels: UnsafePointer<Int32>, smoothing: Double
  ) -> Totals {
    let stride = channelStride(classes)
    var totals = Totals()
    for image in 0..<images {
      let row = logits + image * stride
      let label = Int(labels[image])
      let best = argmax(row, classes)
      if best == label { totals.correct += 1 }
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
      totals.loss +=
        logDenominator - (1 - smoothing) * Double(row[label]) - uniform * sum
      for k in 0..<classes {
        let probability = exp(Double(row[k]) - logDenominator)
        row[k] = Float(probability - uniform - (k == label ? 1 - smoothing : 0))
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
}

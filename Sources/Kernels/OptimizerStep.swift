/// One pass over a run of the parameter arena: weight decay, optimizer, moving average.
public enum OptimizerStep {
  /// What is done to a gradient before the optimizer sees it: `g = gradient·scale + decay·w`.
  public struct GradientUse: Sendable {
    /// 1 / images of the batch, times the clipping factor.
    public var scale: Float
    /// Weight decay, an L2 term of the loss; 0 for batch normalisation.
    public var weightDecay: Float

    /// Bundles the two factors.
    public init(scale: Float, weightDecay: Float) {
      self.scale = scale
      self.weightDecay = weightDecay
    }
  }

  /// RMSProp in TensorFlow's form: ε under the root, the learning rate inside the momentum.
  ///
  ///     s ← ρ·s + (1 − ρ)·g²,  v ← μ·v + rate·g/√(s + ε),  w ← w − v
  ///
  /// All pointers lead to `count` floats, a multiple of 16.
  public static func rmsProp(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    meanSquare: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>, count: Int,
    use: GradientUse, rate: Float, decay: Float, momentum: Float, epsilon: Float
  ) {
    for i in stride(from: 0, to: count, by: 16) {
      let w = weights.vector(i)
      let g = (gradient.vector(i) * use.scale).addingProduct(w, Vector(repeating: use.weightDecay))
      let s = meanSquare.vector(i)
      let newS = s.addingProduct(Vector(repeating: 1 - decay), g * g - s)
      let v = velocity.vector(i) * momentum + g * rate / (newS + epsilon).squareRoot()
      meanSquare.store(newS, i)
      velocity.store(v, i)
      weights.store(w - v, i)
    }
  }

  /// Stochastic gradient descent with momentum, Nesterov's or plain.
  ///
  ///     v ← μ·v + g,  w ← w − rate·v  (plain)  or  w ← w − rate·(g + μ·v)  (Nesterov)
  public static func sgd(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    velocity: UnsafeMutablePointer<Float>, count: Int,
    use: GradientUse, rate: Float, momentum: Float, isNesterov: Bool
  ) {
    for i in stride(from: 0, to: count, by: 16) {
      let w = weights.vector(i)
      let g = (gradient.vector(i) * use.scale).addingProduct(w, Vector(repeating: use.weightDecay))
      let v = g.addingProduct(velocity.vector(i), Vector(repeating: momentum))
      let step = isNesterov ? g.addingProduct(v, Vector(repeating: momentum)) : v
      velocity.store(v, i)
      weights.store(w - step * rate, i)
    }
  }

  /// Moves an exponential average towards `values`: `a ← a − (1 − decay)·(a − value)`.
  public static func average(
    _ average: UnsafeMutablePointer<Float>, towards values: UnsafePointer<Float>, count: Int,
    decay: Float
  ) {
    for i in stride(from: 0, to: count, by: 16) {
      let a = average.vector(i)
      average.store(a.addingProduct(Vector(repeating: 1 - decay), values.vector(i) - a), i)
    }
  }

  /// Sum of squares of `count` floats, a multiple of 16, accumulated in double per 4,096 floats.
  public static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    var total = 0.0
    for block in stride(from: 0, to: count, by: 4096) {
      var sum = Vector.zero
      for i in stride(from: block, to: min(block + 4096, count), by: 16) {
        let x = values.vector(i)
        sum.addProduct(x, x)
      }
      total += Double(sum.sum())
    }
    return total
  }

  /// Adds `count` floats, a multiple of 16: the combination of gradients in the tree.
  public static func add(
    _ other: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in stride(from: 0, to: count, by: 16) {
      sum.store(sum.vector(i) + other.vector(i), i)
    }
  }
}

/// Passes over a run of the parameter arena: the gradient's norm, then in one pass weight decay,
/// optimizer and moving average.
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

    @inline(__always)
    fileprivate func apply(_ gradient: Vector, _ weights: Vector) -> Vector {
      (gradient * scale).addingProduct(weights, Vector(repeating: weightDecay))
    }
  }

  /// An exponential average that follows the weights within the optimizer's pass.
  public struct Average {
    /// The average of the first weight.
    public var start: UnsafeMutablePointer<Float>
    /// Share of the old average.
    public var decay: Float

    /// Bundles place and decay.
    public init(_ start: UnsafeMutablePointer<Float>, decay: Float) {
      self.start = start
      self.decay = decay
    }

    @inline(__always)
    fileprivate func move(towards value: Vector, _ i: Int) {
      let a = start.vector(i)
      start.store(a.addingProduct(Vector(repeating: 1 - decay), value - a), i)
    }
  }

  /// RMSProp in TensorFlow's form: ε under the root, the learning rate inside the momentum.
  ///
  ///     s ← ρ·s + (1 − ρ)·g²,  v ← μ·v + rate·g/√(s + ε),  w ← w − v
  ///
  /// All pointers lead to `count` floats, a multiple of 16.
  public static func rmsProp(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    meanSquare: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    average: Average?, count: Int, use: GradientUse, rate: Float, decay: Float, momentum: Float,
    epsilon: Float
  ) {
    for i in stride(from: 0, to: count, by: 16) {
      let w = weights.vector(i)
      let g = use.apply(gradient.vector(i), w)
      let s = meanSquare.vector(i)
      let newS = s.addingProduct(Vector(repeating: 1 - decay), g * g - s)
      let v = velocity.vector(i) * momentum + g * rate / (newS + epsilon).squareRoot()
      meanSquare.store(newS, i)
      velocity.store(v, i)
      weights.store(w - v, i)
      average?.move(towards: w - v, i)
    }
  }

  /// Stochastic gradient descent with momentum, Nesterov's or plain.
  ///
  ///     v ← μ·v + g,  w ← w − rate·v  (plain)  or  w ← w − rate·(g + μ·v)  (Nesterov)
  public static func sgd(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    velocity: UnsafeMutablePointer<Float>, average: Average?, count: Int, use: GradientUse,
    rate: Float, momentum: Float, isNesterov: Bool
  ) {
    for i in stride(from: 0, to: count, by: 16) {
      let w = weights.vector(i)
      let g = use.apply(gradient.vector(i), w)
      let v = g.addingProduct(velocity.vector(i), Vector(repeating: momentum))
      let step = isNesterov ? g.addingProduct(v, Vector(repeating: momentum)) : v
      velocity.store(v, i)
      weights.store(w - step * rate, i)
      average?.move(towards: w - step * rate, i)
    }
  }

  /// The momentum of LARS, which collects steps rather than gradients.
  ///
  ///     v ← μ·v + rate·g,  w ← w − v  (plain)  or  w ← w − (rate·g + μ·v)  (Nesterov)
  ///
  /// - Parameter rate: Learning rate times the tensor's trust ratio.
  public static func lars(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    velocity: UnsafeMutablePointer<Float>, average: Average?, count: Int, use: GradientUse,
    rate: Float, momentum: Float, isNesterov: Bool
  ) {
    for i in stride(from: 0, to: count, by: 16) {
      let w = weights.vector(i)
      let step = use.apply(gradient.vector(i), w) * rate
      let v = step.addingProduct(velocity.vector(i), Vector(repeating: momentum))
      let taken = isNesterov ? step.addingProduct(v, Vector(repeating: momentum)) : v
      velocity.store(v, i)
      weights.store(w - taken, i)
      average?.move(towards: w - taken, i)
    }
  }

  /// Moves an average of `count` floats, a multiple of 16: `a ← a − (1 − decay)·(a − value)`.
  public static func average(
    _ average: Average, towards values: UnsafePointer<Float>, count: Int
  ) {
    for i in stride(from: 0, to: count, by: 16) { average.move(towards: values.vector(i), i) }
  }

  /// Sum of squares of `count` floats, a multiple of 16, accumulated in double per 4,096 floats.
  public static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    let block = 4096
    var total = 0.0
    var first = 0
    // Four blocks side by side: a sum alone would wait for each of its own additions.
    while first + 4 * block <= count {
      var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      for i in stride(from: first, to: first + block, by: 16) {
        let (x, y) = (values.vector(i), values.vector(i + block))
        let (z, w) = (values.vector(i + 2 * block), values.vector(i + 3 * block))
        a.addProduct(x, x)
        b.addProduct(y, y)
        c.addProduct(z, z)
        d.addProduct(w, w)
      }
      total += Double(a.sum())
      total += Double(b.sum())
      total += Double(c.sum())
      total += Double(d.sum())
      first += 4 * block
    }
    while first < count {
      var sum = Vector.zero
      for i in stride(from: first, to: min(first + block, count), by: 16) {
        let x = values.vector(i)
        sum.addProduct(x, x)
      }
      total += Double(sum.sum())
      first += block
    }
    return total
  }
}

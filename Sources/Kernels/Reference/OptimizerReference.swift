/// One step of an optimizer on one parameter in doubles, with weight decay and moving average.
package struct OptimizerReference {
  /// Parameter, its gradient as it comes, mean square, velocity, and moving average.
  package var weight, gradient, meanSquare, velocity, average: Double

  /// Bundles the five numbers.
  package init(
    weight: Double, gradient: Double, meanSquare: Double, velocity: Double, average: Double
  ) {
    self.weight = weight
    self.gradient = gradient
    self.meanSquare = meanSquare
    self.velocity = velocity
    self.average = average
  }

  /// RMSProp as TensorFlow has it: ε under the root, the learning rate inside the momentum.
  package mutating func rmsProp(
    scale: Double, weightDecay: Double, rate: Double, decay: Double, momentum: Double,
    epsilon: Double, averageDecay: Double
  ) {
    let g = gradient * scale + weightDecay * weight
    meanSquare = decay * meanSquare + (1 - decay) * g * g
    velocity = momentum * velocity + rate * g / (meanSquare + epsilon).squareRoot()
    weight -= velocity
    average = averageDecay * average + (1 - averageDecay) * weight
  }

  /// Gradient descent with Nesterov's momentum.
  package mutating func nesterov(
    scale: Double, weightDecay: Double, rate: Double, momentum: Double, averageDecay: Double
  ) {
    let g = gradient * scale + weightDecay * weight
    velocity = momentum * velocity + g
    weight -= rate * (g + momentum * velocity)
    average = averageDecay * average + (1 - averageDecay) * weight
  }
}

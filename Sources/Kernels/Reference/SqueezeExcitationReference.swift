import Glibc

/// Squeeze-and-excitation in plain loops and doubles, on dense arrays.
package struct SqueezeExcitationReference {
  private let reduceKernel, reduceBias, expandKernel, expandBias: [Double]
  private var channels: Int { expandBias.count }
  private var squeezed: Int { reduceBias.count }

  /// Takes the parameters `[C, S]`, `[S]`, `[S, C]`, `[C]`.
  package init(
    reduceKernel: [Double], reduceBias: [Double], expandKernel: [Double], expandBias: [Double]
  ) {
    self.reduceKernel = reduceKernel
    self.reduceBias = reduceBias
    self.expandKernel = expandKernel
    self.expandBias = expandBias
  }

  /// The gates `[images, C]` of pooled images `[images, C]`.
  package func forward(_ pooled: [Double]) -> [Double] {
    let hidden = reduced(pooled).map(Activation.swish.value)
    return biased(MatrixReference.multiply(hidden, expandKernel, k: squeezed), expandBias)
      .map { 1 / (1 + exp(-$0)) }
  }

  /// Gradients of everything the gates depend on.
  package struct Gradients {
    package let pooled, reduceKernel, reduceBias, expandKernel, expandBias: [Double]
  }

  /// Carries the gradient of the gates, `[images, C]`, back.
  package func backward(_ dgate: [Double], pooled: [Double]) -> Gradients {
    let (gate, reduced) = (forward(pooled), reduced(pooled))
    let hidden = reduced.map(Activation.swish.value)
    let draw = gate.indices.map { dgate[$0] * gate[$0] * (1 - gate[$0]) }
    let dhidden = MatrixReference.multiplyByTransposed(draw, expandKernel, k: channels)
    let dreduced = zip(dhidden, reduced).map { $0 * Activation.swish.slope($1) }
    let images = pooled.count / channels
    return Gradients(
      pooled: MatrixReference.multiplyByTransposed(dreduced, reduceKernel, k: squeezed),
      reduceKernel: MatrixReference.multiplyTransposed(pooled, dreduced, k: images),
      reduceBias: MatrixReference.columnSums(dreduced, columns: squeezed),
      expandKernel: MatrixReference.multiplyTransposed(hidden, draw, k: images),
      expandBias: MatrixReference.columnSums(draw, columns: channels))
  }

  private func reduced(_ pooled: [Double]) -> [Double] {
    biased(MatrixReference.multiply(pooled, reduceKernel, k: channels), reduceBias)
  }

  private func biased(_ rows: [Double], _ bias: [Double]) -> [Double] {
    rows.indices.map { rows[$0] + bias[$0 % bias.count] }
  }
}

import Tensors

extension ParameterTable {
  /// Fills both arenas with initial values, as the TensorFlow release does.
  ///
  /// Convolutions: normal with variance 2/fan-out (`kh·kw·Cout`, for depthwise kernels `kh·kw`),
  /// not truncated. Classifier: uniform within ±1/√classes. γ and variances 1, all else 0. The
  /// values depend on `seed` and the tensor alone.
  public func initialize(
    weights: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>, seed: UInt64
  ) {
    for (index, tensor) in trainable.enumerated() {
      var random = CounterRandom(seed: seed, purpose: .initialization(tensor: index))
      let values = UnsafeMutableBufferPointer(start: weights + tensor.offset, count: tensor.count)
      let shape = tensor.shape
      switch tensor.kind {
      case .convolution:
        let deviation = (2 / Double(shape[0] * shape[1] * shape[3])).squareRoot()
        for i in values.indices { values[i] = Float(random.normal() * deviation) }
      case .depthwise:
        let deviation = (2 / Double(shape[0] * shape[1])).squareRoot()
        for i in values.indices { values[i] = Float(random.normal() * deviation) }
      case .dense:
        let bound = 1 / Double(shape[1]).squareRoot()
        for i in values.indices { values[i] = Float(random.uniform(in: -bound...bound)) }
      case .gamma: values.update(repeating: 1)
      case .bias, .beta, .movingMean, .movingVariance: values.update(repeating: 0)
      }
    }
    for tensor in self.statistics {
      (statistics + tensor.offset).update(
        repeating: tensor.kind == .movingVariance ? 1 : 0, count: tensor.count)
    }
  }
}

extension ScaledNetwork {
  /// What an image costs in training, in multiply-adds and as many for each output of a convolution
  /// as a pass over it takes: an estimate by which jobs are ordered and measured times are carried
  /// over to other networks.
  package var cost: Double {
    Double(multiplyAdds) + Self.multiplyAddsOfAnActivation * Double(activations)
  }

  /// About 4 bytes at 10 GB/s and 30 G multiply-adds a second on a core of today, for some passes.
  private static let multiplyAddsOfAnActivation = 40.0
}

public import Networks

extension Architecture {
  /// The network that a configuration describes.
  ///
  /// - Parameters:
  ///   - configuration: Section `network`.
  ///   - classes: Classes of the data; the configuration's own number goes first.
  public init(_ configuration: NetworkConfiguration, classes: Int) {
    let released = configuration.model.released
    var table = released.table
    table.stem = configuration.stem ?? table.stem
    table.head = configuration.head ?? table.head
    if let stages = configuration.stages?.stages {
      table.stages = stages
      if stages.contains(where: { $0.kind == .convolution || $0.kind == .fusedMBConv }) {
        table.family = .v2
      }
    }
    self.init(table, configuration.coefficients)
    self.classes = configuration.classes ?? classes
    inputChannels = configuration.inputChannels
    stemStride = configuration.stemStride
    dropout = configuration.dropout ?? released.dropout
    dropPath = configuration.dropPath
    batchNormEpsilon = configuration.batchNormEpsilon
    batchNormMomentum = configuration.batchNormMomentum ?? released.batchNormMomentum
  }
}

extension NetworkConfiguration {
  /// Width, depth and resolution, by whichever keys they are given.
  var coefficients: Coefficients {
    var coefficients = model.released.coefficients
    if let phi {
      coefficients = CompoundScaling(alpha: alpha, beta: beta, gamma: gamma)
        .coefficients(phi: phi, baseResolution: coefficients.resolution)
    }
    coefficients.width = width ?? coefficients.width
    coefficients.depth = depth ?? coefficients.depth
    coefficients.resolution = resolution ?? coefficients.resolution
    return coefficients
  }
}

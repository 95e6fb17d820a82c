import Networks

/// A network of a study: a table that needs no scaling any more, and what it costs.
package struct ScaledNetwork: Sendable, Hashable {
  package let architecture: Architecture
  /// Multiply-adds of an image, by exact count.
  package let multiplyAdds: Int
  /// Trainable parameters.
  package let parameters: Int
  /// Outputs of all convolutions for an image: what runtime follows more than multiply-adds (Dollár
  /// et al. 2021, arXiv:2103.06877).
  package let activations: Int

  package init(_ architecture: Architecture) {
    self.architecture = architecture
    multiplyAdds = architecture.multiplyAdds
    parameters = architecture.parameterTable.parameterCount
    activations = architecture.activations
  }

  /// Whether both are the same table at the same resolution.
  package static func == (first: ScaledNetwork, second: ScaledNetwork) -> Bool {
    first.architecture == second.architecture
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(multiplyAdds)
    hasher.combine(parameters)
  }

  /// Blocks of all stages.
  package var depth: Int { architecture.depth }
}

extension Architecture {
  /// Blocks of all stages.
  var depth: Int { stages.reduce(0) { $0 + $1.repeats } }

  /// Product of all strides: the pixels that one of the last maps stands for, to a side.
  var totalStride: Int { stages.reduce(stemStride) { $0 * $1.stride } }
}

extension Architecture {
  private static let mostParameters = 1e11
  private static let mostMultiplyAdds = 1e17
  private static let mostValues = 1e10

  /// What ``isBearable`` allows, for messages.
  public static let largest =
    "at most 1e11 parameters, 1e17 multiply-adds and, of an image, 1e10 values in a layer"

  /// Whether all sizes of the network are such that counting with them is safe, for tables that
  /// come from outside: parameters, multiply-adds, and values of an image between two layers.
  /// Larger ones fit into no computer.
  public var isBearable: Bool {
    var parameters = Double(headChannels) * Double(classes)
    var multiplyAdds = parameters
    var values = 0.0
    for convolution in convolutions {
      let (inputs, outputs) = (Double(convolution.inputChannels), Double(convolution.channels))
      let geometry = convolution.geometry
      let taps = Double(geometry.kernel * geometry.kernel)
      let kernel = taps * outputs * (convolution.kind == .depthwise ? 1 : inputs)
      parameters += kernel + 2 * Double(convolution.gate?.squeezed ?? 0) * inputs
      multiplyAdds += kernel * Double(geometry.outputs)
      values = max(
        values, Double(geometry.height) * Double(geometry.width) * inputs,
        Double(geometry.outputs) * outputs)
    }
    return parameters <= Self.mostParameters && multiplyAdds <= Self.mostMultiplyAdds
      && values <= Self.mostValues
  }
}

/// The published members of the family.
public enum Variant: String, CaseIterable, Sendable {
  case b0, b1, b2, b3, b4, b5, b6, b7, b8, l2
  case lite0, lite1, lite2, lite3, lite4

  /// Coefficients and dropout as released, not as the scaling formula would give them: no single φ
  /// fits all three axes of a variant.
  ///
  /// Source: `efficientnet_builder.py` and `lite/efficientnet_lite_builder.py` of tensorflow/tpu.
  public var released: (coefficients: Coefficients, dropout: Double) {
    switch self {
    case .b0: (Coefficients(width: 1.0, depth: 1.0, resolution: 224), 0.2)
    case .b1: (Coefficients(width: 1.0, depth: 1.1, resolution: 240), 0.2)
    case .b2: (Coefficients(width: 1.1, depth: 1.2, resolution: 260), 0.3)
    case .b3: (Coefficients(width: 1.2, depth: 1.4, resolution: 300), 0.3)
    case .b4: (Coefficients(width: 1.4, depth: 1.8, resolution: 380), 0.4)
    case .b5: (Coefficients(width: 1.6, depth: 2.2, resolution: 456), 0.4)
    case .b6: (Coefficients(width: 1.8, depth: 2.6, resolution: 528), 0.5)
    case .b7: (Coefficients(width: 2.0, depth: 3.1, resolution: 600), 0.5)
    case .b8: (Coefficients(width: 2.2, depth: 3.6, resolution: 672), 0.5)
    case .l2: (Coefficients(width: 4.3, depth: 5.3, resolution: 800), 0.5)
    case .lite0: (Coefficients(width: 1.0, depth: 1.0, resolution: 224), 0.2)
    case .lite1: (Coefficients(width: 1.0, depth: 1.1, resolution: 240), 0.2)
    case .lite2: (Coefficients(width: 1.1, depth: 1.2, resolution: 260), 0.3)
    case .lite3: (Coefficients(width: 1.2, depth: 1.4, resolution: 280), 0.3)
    case .lite4: (Coefficients(width: 1.4, depth: 1.8, resolution: 300), 0.3)
    }
  }

  /// Whether this is a Lite network: ReLU6, no squeeze-and-excitation, fixed stem and head.
  public var isLite: Bool { rawValue.hasPrefix("lite") }
}

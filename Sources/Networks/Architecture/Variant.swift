/// The published members of the family.
public enum Variant: String, CaseIterable, Sendable {
  case b0, b1, b2, b3, b4, b5, b6, b7, b8, l2
  case lite0, lite1, lite2, lite3, lite4
  case v2b0 = "v2-b0"
  case v2b1 = "v2-b1"
  case v2b2 = "v2-b2"
  case v2b3 = "v2-b3"
  case v2s = "v2-s"
  case v2m = "v2-m"
  case v2l = "v2-l"

  /// What makes a variant out of its table.
  public struct Release: Sendable {
    /// The network before it is scaled.
    public let table: StageTable
    /// Factors, and the resolution that it was trained at.
    public let coefficients: Coefficients
    /// Share of the head's units dropped in training.
    public let dropout: Double
    /// Share of the old value in a running statistic's update.
    public let batchNormMomentum: Double

    fileprivate init(
      _ table: StageTable, width: Double, depth: Double, resolution: Int, dropout: Double
    ) {
      self.table = table
      coefficients = Coefficients(width: width, depth: depth, resolution: resolution)
      self.dropout = dropout
      batchNormMomentum = table.family == .v1 ? 0.99 : 0.9
    }
  }

  /// As released, not as the scaling formula would give it: no single φ fits all three axes of a
  /// variant.
  ///
  /// Source: `efficientnet_builder.py` and `lite/efficientnet_lite_builder.py` of tensorflow/tpu;
  /// `effnetv2_configs.py` and `hparams.py` of google/automl.
  public var released: Release {
    func v1(_ width: Double, _ depth: Double, _ resolution: Int, _ dropout: Double) -> Release {
      Release(.v1, width: width, depth: depth, resolution: resolution, dropout: dropout)
    }
    func lite(_ width: Double, _ depth: Double, _ resolution: Int, _ dropout: Double) -> Release {
      Release(.lite, width: width, depth: depth, resolution: resolution, dropout: dropout)
    }
    func v2(_ width: Double, _ depth: Double, _ resolution: Int, _ dropout: Double) -> Release {
      Release(.v2Base, width: width, depth: depth, resolution: resolution, dropout: dropout)
    }
    func own(_ table: StageTable, _ resolution: Int, _ dropout: Double) -> Release {
      Release(table, width: 1, depth: 1, resolution: resolution, dropout: dropout)
    }
    return switch self {
    case .b0: v1(1.0, 1.0, 224, 0.2)
    case .b1: v1(1.0, 1.1, 240, 0.2)
    case .b2: v1(1.1, 1.2, 260, 0.3)
    case .b3: v1(1.2, 1.4, 300, 0.3)
    case .b4: v1(1.4, 1.8, 380, 0.4)
    case .b5: v1(1.6, 2.2, 456, 0.4)
    case .b6: v1(1.8, 2.6, 528, 0.5)
    case .b7: v1(2.0, 3.1, 600, 0.5)
    case .b8: v1(2.2, 3.6, 672, 0.5)
    case .l2: v1(4.3, 5.3, 800, 0.5)
    case .lite0: lite(1.0, 1.0, 224, 0.2)
    case .lite1: lite(1.0, 1.1, 240, 0.2)
    case .lite2: lite(1.1, 1.2, 260, 0.3)
    case .lite3: lite(1.2, 1.4, 280, 0.3)
    case .lite4: lite(1.4, 1.8, 300, 0.3)
    case .v2b0: v2(1.0, 1.0, 192, 0.2)
    case .v2b1: v2(1.0, 1.1, 192, 0.2)
    case .v2b2: v2(1.1, 1.2, 208, 0.3)
    case .v2b3: v2(1.2, 1.4, 240, 0.3)
    case .v2s: own(.v2Small, 300, 0.2)
    case .v2m: own(.v2Medium, 384, 0.3)
    case .v2l: own(.v2Large, 384, 0.4)
    }
  }
}

import Foundation

extension NetworkConfiguration {
  /// What people call the network: EfficientNet-B0, and what differs from it.
  package var name: String {
    if let phi { return "EfficientNet, φ = \(phi)" }
    let factors = [("width", width), ("depth", depth)].compactMap { name, factor in
      factor.map { ", \(name) \($0)" }
    }
    return "EfficientNet-\(model.rawValue.capitalized)\(factors.joined())"
  }
}

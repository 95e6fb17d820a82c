import Foundation

extension NetworkConfiguration {
  /// What people call the network: EfficientNet-B0, and what differs from it.
  package var name: String {
    let own = stages == nil ? "" : ", own stages"
    if let phi { return "EfficientNet\(own), φ = \(phi)" }
    let factors = [("width", width), ("depth", depth)].compactMap { name, factor in
      factor.map { ", \(name) \($0)" }
    }
    let name =
      model.rawValue.hasPrefix("v2-")
      ? "V2-\(model.rawValue.dropFirst(3).uppercased())"
      : "-\(model.rawValue.capitalized)"
    return "EfficientNet\(name)\(own)\(factors.joined())"
  }
}

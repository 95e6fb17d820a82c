import Foundation

extension NetworkConfiguration {
  /// What people call the network: EfficientNet-B0, and what differs from it; a table of one's own
  /// is none of the family's.
  package var name: String {
    let own = "network of own stages"
    if let phi { return "\(stages == nil ? "EfficientNet" : own), φ = \(phi)" }
    let factors = [("width", width), ("depth", depth)].compactMap { name, factor in
      factor.map { ", \(name) \($0)" }
    }
    let name =
      model.rawValue.hasPrefix("v2-")
      ? "V2-\(model.rawValue.dropFirst(3).uppercased())"
      : "-\(model.rawValue.capitalized)"
    return (stages == nil ? "EfficientNet\(name)" : own) + factors.joined()
  }
}

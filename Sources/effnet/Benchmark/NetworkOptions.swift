import ArgumentParser
import Networks

/// The network that a benchmark is about, as options of its command.
struct NetworkOptions: ParsableArguments {
  @Option(help: "b0…b8, l2, lite0…lite4, v2-b0…v2-b3, v2-s, v2-m, v2-l.")
  var model = Variant.b0.rawValue

  @Option(
    help: "Side of the input in pixels; the variant's own unless given.",
    transform: BoundedNumber.whole(1...65_536, "pixels"))
  var resolution: Int?

  func validate() throws { _ = try variant }

  private var variant: Variant {
    get throws(ValidationError) { try Self.variant(model, "--model \(model)") }
  }

  /// The network of a name.
  ///
  /// - Parameter subject: What is wrong where there is none.
  static func variant(_ name: String, _ subject: String) throws(ValidationError) -> Variant {
    guard let variant = Variant(rawValue: name) else {
      throw ValidationError(
        "\(subject): networks are \(Variant.allCases.map(\.rawValue).joined(separator: " "))")
    }
    return variant
  }

  var architecture: Architecture {
    get throws(ValidationError) {
      var architecture = Architecture(try variant)
      if let resolution { architecture.resolution = resolution }
      return architecture
    }
  }
}

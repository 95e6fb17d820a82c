import ArgumentParser
import Networks

/// `effnet inspect`: what a network, a checkpoint or a shard is made of.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows a network of the family, a checkpoint, or a shard.")

  @Argument(help: "b0…b8, l2, lite0…lite4, or the path of a checkpoint or a shard.")
  var subject: String

  @Option(help: "Side of the input in pixels; the variant's own unless given.")
  var resolution: Int?

  @Option(help: "Outputs of the classifier.")
  var classes: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let resolution, resolution < 1 { throw ValidationError("--resolution must be at least 1") }
    if let classes, classes < 1 { throw ValidationError("--classes must be at least 1") }
  }

  func run() throws {
    guard let variant = Variant(rawValue: subject.lowercased()) else {
      throw Failure(
        .usage,
        "\(subject): no such file, and no network of that name; networks are "
          + Variant.allCases.map(\.rawValue).joined(separator: " "))
    }
    var architecture = Architecture(variant)
    if let resolution { architecture.resolution = resolution }
    if let classes { architecture.classes = classes }
    let report = NetworkReport(variant.rawValue, architecture)
    if json { try printJSON(report) } else { print(report.table) }
  }
}

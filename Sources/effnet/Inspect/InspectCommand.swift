import ArgumentParser
import Datasets
import Foundation
import HDF5
import Networks
import Training

/// `effnet inspect`: what a network, a checkpoint, or shards are made of.
struct InspectCommand: UnsharedCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract:
      "Shows a network of the family or of a configuration, a checkpoint, the newest one of a run, a "
      + "shard, or a folder of shards.")

  @Argument(
    help: ArgumentHelp(
      "b0…b8, l2, lite0…lite4, v2-b0…v2-b3, v2-s, v2-m, v2-l, or the path of a configuration "
        + "(.yaml), a checkpoint, the folder of a run, a shard, or a folder of shards."),
    transform: NamedPath.read)
  var subject: String

  @Option(
    help: "Side of the input in pixels; the network's own unless given.",
    transform: BoundedNumber.whole(1...65_536, "pixels"))
  var resolution: Int?

  @Option(
    help: "Outputs of the classifier; else those of the configuration, or 1000.",
    transform: BoundedNumber.whole(1...1_000_000, "classes"))
  var classes: Int?

  @Flag(help: "Read whole shards and check every byte.")
  var verify = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    if let variant = Variant(rawValue: subject.lowercased()) {
      try refuseVerification(of: "a network")
      return try show(variant.rawValue, variant, Architecture(variant))
    }
    if subject.hasSuffix(".yaml") || subject.hasSuffix(".yml") {
      let network = try Configuration.network(contentsOf: subject)
      // What the data have is not looked up: they may be elsewhere.
      try refuseVerification(of: "a configuration")
      return try show(network.name, network.model, Architecture(network, classes: 1000))
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: subject, isDirectory: &isFolder) else {
      throw Failure(
        .usage,
        "\(subject): no such file, and no network of that name; networks are "
          + Variant.allCases.map(\.rawValue).joined(separator: " "))
    }
    guard resolution == nil, classes == nil else {
      throw Failure(
        .usage,
        "--resolution and --classes go with a network's name or a configuration, not with a "
          + "checkpoint or shards")
    }
    do {
      if isFolder.boolValue, let checkpoint = try newestCheckpoint() {
        try refuseVerification(of: "a checkpoint, which is checked whenever it is read")
        return try show(CheckpointReport(checkpoint))
      }
      // A sealed file is not given to the HDF5 library before it is known to be whole.
      if try !isFolder.boolValue
        && (Checkpoint.isSealed(subject)
          || !Shard.isSealed(subject) && HDF5File(reading: subject).exists("/effnet"))
      {
        try refuseVerification(of: "a checkpoint, which is checked whenever it is read")
        try show(CheckpointReport(subject))
      } else {
        try show(ShardReport(subject, isVerifying: verify))
      }
    } catch { throw Failure(error) }
  }

  /// The newest checkpoint of the run in the folder, if there is a run in it.
  private func newestCheckpoint() throws -> String? {
    let folder = RunFolder(subject)
    if let newest = try folder.checkpoints().first { return newest }
    guard folder.isOfRun else { return nil }
    throw Failure(
      .data,
      "\(subject): is the folder of a run that has no checkpoint yet; inspect "
        + "\(folder.file("configuration.yaml")) for its network")
  }

  /// Shows a network with what the options change.
  private func show(_ name: String, _ variant: Variant, _ architecture: Architecture) throws {
    var architecture = architecture
    if let resolution { architecture.resolution = resolution }
    if let classes { architecture.classes = classes }
    guard architecture.isBearable else {
      throw Failure(
        .usage,
        "\(name) is larger than any network with these options; \(Architecture.largest)")
    }
    try show(NetworkReport(name, variant, architecture))
  }

  private func refuseVerification(of subject: String) throws {
    if verify { throw Failure(.usage, "--verify is for shards, not for \(subject)") }
  }

  private func show(_ report: some Report) throws {
    if json { printJSON(report) } else { print(report.text) }
  }
}

/// Something `inspect` can show, for people or for programs.
protocol Report: Encodable {
  /// The report for people.
  var text: String { get }
}

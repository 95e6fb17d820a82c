import Boundary
import Foundation

/// Everything that describes a training run: read from YAML, checked, complete.
///
/// A value of this type has passed all checks, of each key by itself and of the keys with each
/// other. The sections tell unit, default and the source of the default of every key.
public struct Configuration: Sendable, Equatable {
  /// The network that is trained.
  public internal(set) var network = NetworkConfiguration()
  /// Images and what is done to them.
  public internal(set) var data = DataConfiguration()
  /// Division of the images into batches.
  public internal(set) var batch = BatchConfiguration()
  /// Length of the run, loss, and reports.
  public internal(set) var training = TrainingConfiguration()
  /// How gradients change the parameters.
  public internal(set) var optimizer = OptimizerConfiguration()
  /// Learning rate of each step.
  public internal(set) var schedule = ScheduleConfiguration()
  /// Moving average of the parameters.
  public internal(set) var averaging = AveragingConfiguration()
  /// When the state is saved.
  public internal(set) var checkpoint = CheckpointConfiguration()
  /// How gradients travel between ranks.
  public internal(set) var exchange = ExchangeConfiguration()
  /// How ranks watch over each other.
  public internal(set) var supervision = SupervisionConfiguration()
  /// The trained network that a run starts from.
  public internal(set) var finetuning = FinetuningConfiguration()

  /// What was replaced because a file or an option after it gives the alternative, such as
  /// `training.steps` for `training.epochs`; a line each.
  public private(set) var replaced: [String] = []

  /// Reads a configuration file, and the one that it is based on: with `base: FILE` at its top it
  /// gives only what differs from that, `null` for what it takes back.
  ///
  /// - Parameters:
  ///   - path: The file, or a pipe. Relative paths in a file are relative to its folder, those from
  ///     a pipe or from standard input to the current folder.
  ///   - overrides: Values that replace those of the file, each `section.key=value` with the value
  ///     in YAML; `null` brings the default back. Relative paths in them are relative to the
  ///     current folder.
  /// - Throws: The fault that explains most, if the file cannot be read or is not right.
  public init(contentsOf path: String, overrides: [String] = []) throws(ConfigurationError) {
    try self.init(Self.document(path), overrides)
  }

  /// The network of a configuration file, in which keys may be missing that a run needs.
  ///
  /// - Parameter path: As for a whole configuration.
  /// - Throws: The fault that explains most, if the file cannot be read, or if a key or the network
  ///   is not right. Whether other keys go together is for runs to tell.
  public static func network(contentsOf path: String) throws(ConfigurationError)
    -> NetworkConfiguration
  {
    try Configuration(document(path), [], mayLackKeys: true).network
  }

  private static func document(
    _ path: String, mayHaveBase: Bool = true
  ) throws(ConfigurationError) -> ConfigurationDocument {
    let isInNoFolder = InputText.isStream(path)
    let yaml: String
    do throws(FileRefusal) {
      yaml = try InputText.read(path, limit: ConfigurationDocument.byteLimit)
    } catch {
      throw ConfigurationError(
        location: path.shown, problem: "cannot be read: \(error.reason)")
    }
    let file = URL(fileURLWithPath: path)
    return try ConfigurationDocument(
      yaml: yaml, file: path,
      folder: isInNoFolder ? URL(fileURLWithPath: "") : file.deletingLastPathComponent(),
      derived: mayHaveBase ? [file.standardizedFileURL.path] : nil)
  }

  /// Reads the text of a configuration that is in no file of its own, which cannot be based on one.
  ///
  /// - Parameters:
  ///   - yaml: The text.
  ///   - file: What errors call it.
  ///   - folder: What relative paths in it are relative to.
  ///   - overrides: As for a file.
  /// - Throws: The fault that explains most, if the text is not right.
  public init(
    yaml: String, file: String = "configuration", folder: URL = URL(fileURLWithPath: ""),
    overrides: [String] = []
  ) throws(ConfigurationError) {
    try self.init(
      ConfigurationDocument(yaml: yaml, file: file, folder: folder, derived: nil), overrides)
  }

  /// Reads a configuration file that has sections beside those of a run, see
  /// ``AdditionalSections``.
  ///
  /// - Parameter mayHaveBase: Whether it may be based on another file.
  package init(
    contentsOf path: String, mayHaveBase: Bool = true, overrides: [String],
    with sections: inout some AdditionalSections
  ) throws(ConfigurationError) {
    try self.init(Self.document(path, mayHaveBase: mayHaveBase), overrides, with: &sections)
  }

  /// Reads a text that has sections beside those of a run, see ``AdditionalSections``.
  package init(
    yaml: String, file: String = "configuration", folder: URL = URL(fileURLWithPath: ""),
    overrides: [String] = [], with sections: inout some AdditionalSections
  ) throws(ConfigurationError) {
    try self.init(
      ConfigurationDocument(yaml: yaml, file: file, folder: folder, derived: nil), overrides,
      with: &sections)
  }

  private init(
    _ document: ConfigurationDocument, _ overrides: [String], mayLackKeys: Bool = false
  ) throws(ConfigurationError) {
    var none = NoSections()
    try self.init(document, overrides, mayLackKeys: mayLackKeys, with: &none)
  }

  private init(
    _ document: ConfigurationDocument, _ overrides: [String], mayLackKeys: Bool = false,
    with sections: inout some AdditionalSections
  ) throws(ConfigurationError) {
    var document = document
    try document.apply(overrides)
    let reader = ConfigurationReader(document, mayLackKeys: mayLackKeys)
    visit(reader)
    sections.visit(reader, of: self)
    try reader.finish()
    replaced = try document.replaced()
  }

  /// Whether two describe the same run, wherever their values come from.
  public static func == (first: Configuration, second: Configuration) -> Bool {
    first.yaml == second.yaml
  }

  /// The whole configuration as YAML, defaults and absolute paths filled in, in a fixed order.
  ///
  /// Reading this text gives an equal configuration.
  public var yaml: String { written().yaml }

  /// The keys with their values, as they are written.
  package var entries: [ConfigurationWriter.Entry] { written().entries }

  /// What is written of it and of the sections that are read with it.
  package func written(with sections: some AdditionalSections = NoSections()) -> ConfigurationWriter
  {
    let writer = ConfigurationWriter()
    var (copy, sections) = (self, sections)
    copy.visit(writer)
    sections.visit(writer, of: copy)
    return writer
  }

  /// ``yaml`` with what was replaced in front of it, as comments.
  public var annotatedYAML: String { replaced.map { "# \($0)\n" }.joined() + yaml }

  private mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.section("network") { network.visit(keys) }
    keys.section("data") { data.visit(keys) }
    keys.section("batch") { batch.visit(keys) }
    keys.section("training") { training.visit(keys) }
    keys.section("optimizer") { optimizer.visit(keys) }
    keys.section("schedule") { schedule.visit(keys) }
    keys.section("averaging") { averaging.visit(keys) }
    keys.section("checkpoint") { checkpoint.visit(keys) }
    keys.section("exchange") { exchange.visit(keys) }
    keys.section("supervision") { supervision.visit(keys) }
    keys.section("finetuning") { finetuning.visit(keys) }

    let group = network.batchNormGroup
    keys.require(
      group == 0 || batch.formsGroups(of: group), "network", "batchNormGroup",
      "\(group) is not a group of whole micro-batches; allowed: 0 (whole batch) or batch.microBatch "
        + "(\(batch.microBatch)) times a power of two, at most batch.size (\(batch.size))")
    let roundSize = batch.size / batch.rounds
    keys.require(
      batch.rounds == 1 || (1...roundSize).contains(group), "batch", "rounds",
      "\(batch.rounds) rounds of \(roundSize) images must hold whole batch-norm groups; set "
        + "network.batchNormGroup to batch.microBatch (\(batch.microBatch)) times a power of two, at "
        + "most \(roundSize), or leave rounds out")
    if case .stages(let frozen) = finetuning.freeze {
      keys.require(
        frozen <= network.stageCount, "finetuning", "freeze",
        "stage\(frozen) is not among the \(network.stageCount) stages of the network")
    }
    keys.require(
      training.progressiveStages == 1 || training.firstResolution <= network.finalResolution,
      "training", "firstResolution",
      "\(training.firstResolution) is above the resolution of the network, "
        + "\(network.finalResolution); give at most that")
    let channels = network.inputChannels
    for (key, values) in [("mean", data.mean), ("deviation", data.deviation)] {
      keys.require(
        values.count == channels, "data", key,
        "has \(values.count) values, but network.inputChannels is \(channels); give one a channel")
    }
    if let epochs = training.epochs {
      keys.require(
        schedule.warmupEpochs < Double(epochs), "schedule", "warmupEpochs",
        "\(schedule.warmupEpochs) is not less than training.epochs (\(epochs))")
    }
    let peak = schedule.peakLearningRate(batchSize: batch.size)
    keys.require(
      schedule.endLearningRate <= peak, "schedule", "endLearningRate",
      "\(schedule.endLearningRate) is above the peak learning rate; allowed: 0 to \(peak)")
  }
}

import ArgumentParser
import Boundary
import Datasets
import Foundation
import HDF5
import Hosts
import MPI
import Packing
import Training

/// `effnet pack`.
struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Makes HDF5 shards of images, divided into training and validation.",
    discussion: """
      SOURCE is a folder of JPEG and PNG files, one folder a class, perhaps divided into `train` and \
      `val` (or `valid validation dev eval test`, in any case, also as in `seg_train` and `seg_test`); \
      or a folder with the binary files of CIFAR-10 or CIFAR-100; or an HDF5 file with \
      datasets `images` (uint8, [N, H, W] or [N, H, W, C]) and `labels`; or an MNIST idx file of \
      images, with the idx file of labels given by --labels.

      What looks like a mistake is refused: numbers of classes that no image has, channels before \
      rows, classes called like parts of the data. --as-is insists.

      Start several ranks with mpirun for many pictures; the shards are the same. Packing a folder \
      of pictures that was interrupted goes on when it is started again; for the other sources, \
      remove the shards first.
      """)

  @Argument(
    help: "A folder, an HDF5 file, or an idx file of images.", transform: NamedPath.read)
  var source: String

  @Argument(help: "Folder for the shards.", transform: NamedPath.read)
  var folder: String

  @Option(help: "The idx file of labels.")
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "Images put aside for validation: a number, or a fraction below 1; as many of each class. "
        + "0.2 unless SOURCE is divided already."), transform: Self.division)
  var validation: Packer.Validation?

  @Option(
    help: "A file with the path, from SOURCE, of one validation picture a line.",
    completion: .file())
  var validationList: String?

  @Option(help: "Chooses which images those are, and the order of training pictures.")
  var seed: UInt64 = 0

  @Flag(help: "Store the pixels of pictures instead of their JPEG and PNG files.")
  var decode = false

  @Option(
    help: "Reduce larger pictures to so many pixels on their shorter side; stores pixels.",
    transform: BoundedNumber.whole(1...65_536, "pixels"))
  var resize: Int?

  @Flag(help: "Stop at the first picture that cannot be packed, instead of leaving it out.")
  var strict = false

  @Flag(
    help: "Pack SOURCE as it is, even where it looks like a mistake; look through no folder.")
  var asIs = false

  @Option(
    help: "Most images of a shard.", transform: BoundedNumber.whole(1...1_000_000_000, "images"))
  var shardLimit = 10_000

  @Option(help: "Names of the classes, separated by commas; those of folders are given.")
  var classes: String?

  @Option(help: "Credit and licence of the pictures, kept in the shards.")
  var credit: String?

  func validate() throws {
    if validation != nil && validationList != nil {
      throw ValidationError("--validation and --validation-list exclude each other")
    }
    if let credit, credit.utf8.count > HDF5File.attributeByteLimit {
      throw ValidationError("--credit can have at most \(HDF5File.attributeByteLimit) bytes")
    }
  }

  private static func division(_ text: String) throws(BoundedNumber.Refusal) -> Packer.Validation {
    if let count = Int(text), (0...1_000_000_000_000).contains(count) { return .count(count) }
    if let fraction = BoundedNumber.real(text), (0..<1).contains(fraction) {
      return .fraction(fraction)
    }
    throw BoundedNumber.Refusal(
      description: "give a number of images up to 1000000000000, or a fraction from 0 to below 1")
  }

  /// What there is to be packed.
  private enum Kind {
    case pictures, cifar, arrays
  }

  func run() throws {
    try Job.run { world in
      let kind = try Job.agreed(Result { try requireKind() }, world)
      guard kind == .pictures else {
        // One process is enough for images of one size; where several were started, the others have
        // nothing to do.
        if world.rank == 0 { try packArrays(kind) }
        return try world.barrier()
      }
      try packPictures(world)
    }
  }

  private var packer: Packer {
    Packer(
      validation: validation ?? .fraction(0.2), seed: seed, shardLimit: shardLimit, isAsIs: asIs)
  }

  /// What the source is; refuses options that do not go with it.
  private func requireKind() throws -> Kind {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
      throw Failure(.data, "there is no \(source.shown) to pack; correct the path")
    }
    let ofArrays = [("--labels", labels != nil), ("--classes", classes != nil)]
    let isCIFAR = isFolder.boolValue && CIFARSource.isFolder(source)
    if isFolder.boolValue, !isCIFAR {
      try refuse(ofArrays, "a folder of pictures")
      return .pictures
    }
    try refuse(
      [
        ("--validation-list", validationList != nil), ("--decode", decode),
        ("--resize", resize != nil), ("--strict", strict),
      ], "images of one size")
    guard isCIFAR else { return .arrays }
    try refuse(ofArrays + [("--validation", validation != nil)], "CIFAR, which has its own")
    return .cifar
  }

  private func packPictures(_ world: Communicator) throws {
    let progress = PackingProgress(isSilent: world.rank > 0)
    let packing = try PicturePacking(
      source, into: folder, validationList: validationList, isAsIs: asIs,
      storage: PictureStorage(isDecoded: decode, shorterSide: resize), isStrict: strict, on: world,
      observer: progress)
    // Until here there is nothing to end in order, and a folder can take long to be listed.
    StopSignal.watch()
    guard !(packing.isDivided && validation != nil) else {
      throw Failure(
        .usage, "\(source.shown) is divided into training and validation; leave --validation out",
        isAgreed: true)
    }
    let plan = try packing.run(packer, credit: credit ?? "") { plan in
      progress.clear()
      tell(what: plan)
    }
    guard world.rank == 0 else { return }
    progress.clear()
    let (mean, deviation) = plan.statistics
    PackingReport(
      folder: folder, shards: plan.shards.map { "\(folder)/\($0.name)" },
      trainingCount: plan.training.count, validationCount: plan.validation.count,
      classCount: plan.folder.classNames.count, mean: mean, deviation: deviation
    ).print()
  }

  /// Tells of what is not packed, and of classes that lack pictures.
  private func tell(what plan: PackingPlan) {
    for note in plan.folder.notes { print(note) }
    PackingReport.tell(
      classCount: plan.folder.classNames.count,
      classesWithoutTraining: plan.emptyClasses,
      classesWithoutValidation: plan.classesWithoutValidation)
    let skipped = plan.skipped
    if skipped.isEmpty { return }
    let noun = skipped.count == 1 ? "file" : "files"
    print(
      "skipped \(skipped.count.groupedText) \(noun), listed in "
        + "\(PicturePacking.listOfSkipped(in: folder)):")
    let shown = 5
    for picture in skipped.prefix(shown) {
      print("  \(picture.path.shown)\t\(picture.reason)")
    }
    if skipped.count > shown { print("  and \((skipped.count - shown).groupedText) more") }
  }

  private func packArrays(_ kind: Kind) throws {
    let names = classes?.split(separator: ",").map {
      String($0).split(separator: " ").joined(separator: " ")
    }
    let output: Packer.Output
    if kind == .cifar {
      output = try packer.pack(
        training: CIFARSource(folder: source, part: .training, credit: credit ?? ""),
        validation: CIFARSource(folder: source, part: .test, credit: credit ?? ""), into: folder)
    } else if let labels {
      output = try packer.pack(
        IDXSource(
          images: source, labels: labels, classNames: names, credit: credit ?? "", isAsIs: asIs),
        into: folder)
    } else {
      output = try packer.pack(
        HDF5Source(path: source, classNames: names, credit: credit, isAsIs: asIs), into: folder)
    }
    let training = try Dataset(output.training, relativeTo: "")
    let validation =
      try output.validation.isEmpty ? nil : Dataset(output.validation, relativeTo: "")
    PackingReport.tell(
      classCount: training.classNames.count,
      classesWithoutTraining: Self.emptyClasses(of: training),
      classesWithoutValidation: validation.map(Self.emptyClasses) ?? [])
    PackingReport(
      folder: folder, shards: output.training + output.validation,
      trainingCount: training.count, validationCount: validation?.count ?? 0,
      classCount: training.classNames.count, mean: training.mean, deviation: training.deviation
    ).print()
  }

  private static func emptyClasses(of dataset: Dataset) -> [String] {
    let used = Set((0..<dataset.count).map { dataset.place(of: $0).label })
    return dataset.classNames.enumerated().filter { !used.contains(Int32($0.offset)) }
      .map(\.element)
  }

  private func refuse(_ options: [(name: String, isGiven: Bool)], _ subject: String) throws {
    for option in options where option.isGiven {
      throw Failure(.usage, "\(option.name) does not go with \(subject)")
    }
  }
}

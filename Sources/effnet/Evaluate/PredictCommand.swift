import ArgumentParser
import Boundary
import Datasets
import Foundation
import Reports
import Supervision
import Training

/// `effnet predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Tells what is on pictures.",
    discussion: """
      Files that cannot be read are named on standard error, all others are classified; the exit \
      code is 3 then. Of folders each picture is looked at once, as by pack; what is left out is told \
      on standard error. Ranks share the pictures.
      """)

  @Argument(help: "A checkpoint.", transform: NamedPath.read)
  var checkpoint: String

  @Argument(help: "JPEG and PNG files, or folders of them.", transform: NamedPath.read)
  var images: [String]

  @Option(help: "Classes a picture.", transform: BoundedNumber.whole(1...1_000_000, "classes"))
  var top = 5

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Also write a page of the pictures with their classes.", valueName: "file.html"))
  var sheet: String?

  func validate() throws {
    if images.isEmpty { throw ValidationError("name at least one picture") }
  }

  /// What came of a picture.
  private struct Picture: Codable {
    let file: String
    var predictions: [Predictor.Guess]?
    var error: String?

    init(_ file: String, _ outcome: Predictor.Outcome) {
      self.file = file
      switch outcome {
      case .guesses(let guesses): predictions = guesses
      case .failure(let reason): error = reason
      }
    }
  }

  /// What is printed with `--json`.
  private struct Report: Encodable {
    let checkpoint: String
    let pictures: [Picture]
  }

  func run() throws {
    try Job.run { world in
      if world.rank == 0 {
        try OutputFile.requireNew(sheet, "--sheet")
        try OutputFile.requireFolder(of: sheet, "--sheet")
      }
      let (files, leftOut) = Self.pictures(images)
      if files.isEmpty {
        let reasons =
          leftOut.lines + leftOut.unreadable.prefix(1).map { "\($0.path.shown): \($0.reason)" }
        throw Failure(
          .data,
          "there are no JPEG or PNG files in \(images.listed)"
            + reasons.map { "; \($0)" }.joined(),
          isAgreed: true)
      }
      if world.rank == 0 { tell(leftOut) }
      let predictor = try Predictor(checkpoint: checkpoint)
      let share =
        world.rank * files.count / world.size..<(world.rank + 1) * files.count / world.size
      var failureCount = 0
      var pictures: [Picture] = []
      predictor.predict(Array(files[share]), top: top) { file, outcome in
        pictures.append(Picture(file, outcome))
        if world.size == 1 { show(pictures[pictures.count - 1], &failureCount) }
      }
      if world.size > 1 {
        pictures = try world.allGather(words: pictures).flatMap { $0 }
      }
      if world.rank == 0 {
        if world.size > 1 { for picture in pictures { show(picture, &failureCount) } }
        for fault in leftOut.unreadable {
          pictures.append(Picture(fault.path, .failure(fault.reason)))
          show(pictures[pictures.count - 1], &failureCount)
        }
        if failureCount > Self.shownFailures {
          let count = failureCount - Self.shownFailures
          StandardError.warn("\(count.groupedText) more files cannot be read; --json lists all")
        }
        if json { printJSON(Report(checkpoint: checkpoint, pictures: pictures)) }
        if let sheet { try write(pictures, to: sheet, model: predictor.model) }
      }
      if !leftOut.unreadable.isEmpty || pictures.contains(where: { $0.error != nil }) {
        throw Failure(silently: FaultKind.data.rawValue)
      }
    }
  }

  // Whoever gives a folder of thousands of files that are none still wants to see where it began.
  private static let shownFailures = 100

  /// The files that arguments stand for, themselves or the pictures in folders, as `pack` finds
  /// them.
  private static func pictures(_ arguments: [String]) -> (files: [String], leftOut: LeftOut) {
    var files: [String] = []
    var leftOut = LeftOut()
    for argument in arguments {
      var path = argument
      while path.count > 1, path.hasSuffix("/") { path.removeLast() }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
        isFolder.boolValue
      else {
        files.append(argument)
        continue
      }
      var walk = FolderWalk(root: path)
      walk.collect([""])
      files += walk.sortedPaths.map { "\(path)/\($0)" }
      leftOut.add(walk.leftOut.within(path))
    }
    return (files, leftOut)
  }

  /// Tells what of the folders is not looked at, though nothing is wrong with it.
  private func tell(_ leftOut: LeftOut) {
    for line in leftOut.lines { StandardError.warn(line) }
    let shown = 5
    for link in leftOut.repeated.prefix(shown) {
      StandardError.warn("\(link.path.shown) is left out: \(link.reason)")
    }
    if leftOut.repeated.count > shown {
      StandardError.warn(
        "\((leftOut.repeated.count - shown).groupedText) more are left out likewise")
    }
  }

  /// Prints a picture with its classes, or why there are none.
  private func show(_ picture: Picture, _ failureCount: inout Int) {
    if let error = picture.error {
      failureCount += 1
      guard failureCount <= Self.shownFailures else { return }
      StandardError.warn("\(picture.file.shown): \(error)")
    } else if !json, let guesses = picture.predictions {
      let classes = guesses.map { "\($0.className.shown) \($0.probability.percentText)" }
      print("\(picture.file.shown): \(classes.joined(separator: ", "))")
    }
  }

  private func write(_ pictures: [Picture], to sheet: String, model: String) throws {
    let thumbnails = Thumbnails(longestSide: 224)
    let entries = pictures.map { picture in
      guard let guesses = picture.predictions, let jpeg = thumbnails.jpeg(ofFile: picture.file)
      else { return ContactSheet.Entry(picture.file, failure: picture.error ?? "it is gone") }
      return ContactSheet.Entry(
        picture.file, jpeg: jpeg, predictions: guesses.map { ($0.className, $0.probability) })
    }
    let page = ContactSheet(title: "Pictures and their classes", model: model, entries: entries)
    do {
      try page.html.write(toFile: sheet, atomically: true, encoding: .utf8)
    } catch {
      throw Failure(.output, "\(sheet) cannot be written: \(error.systemReason)")
    }
    if !json { print("page: \(sheet)") }
  }
}

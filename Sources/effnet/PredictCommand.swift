import ArgumentParser
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
      code is 3 then. Ranks share the pictures.
      """)

  @Argument(help: "A checkpoint.")
  var checkpoint: String

  @Argument(help: "JPEG and PNG files, or folders of them.")
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
      let files = images.flatMap(Self.pictures)
      if files.isEmpty {
        throw Failure(
          .data, "there are no JPEG or PNG files in \(images.joined(separator: ", "))",
          isAgreed: true)
      }
      let predictor = try Predictor(checkpoint: checkpoint)
      let share =
        world.rank * files.count / world.size..<(world.rank + 1) * files.count / world.size
      var pictures: [Picture] = []
      predictor.predict(Array(files[share]), top: top) { file, outcome in
        pictures.append(Picture(file, outcome))
        if world.size == 1 { show(pictures[pictures.count - 1]) }
      }
      if world.size > 1 {
        let own = try Array(JSONEncoder().encode(pictures))
        pictures = try world.allGatherParts(own).flatMap {
          try JSONDecoder().decode([Picture].self, from: Data($0))
        }
      }
      if world.rank == 0 {
        if world.size > 1 { pictures.forEach(show) }
        if json { try printJSON(Report(checkpoint: checkpoint, pictures: pictures)) }
        if let sheet { try write(pictures, to: sheet, model: predictor.model) }
      }
      if pictures.contains(where: { $0.error != nil }) {
        throw Failure(silently: Failure.Code.data.rawValue)
      }
    }
  }

  /// The files that an argument stands for: itself, or the pictures in a folder and those below it.
  private static func pictures(_ path: String) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
      let names = FileManager.default.enumerator(atPath: path)
    else { return [path] }
    return names.compactMap { $0 as? String }
      .filter { ["jpg", "jpeg", "png"].contains(($0 as NSString).pathExtension.lowercased()) }
      .sorted().map { "\(path)/\($0)" }
  }

  /// Prints a picture with its classes, or why there are none.
  private func show(_ picture: Picture) {
    if let error = picture.error {
      StandardError.warn("\(oneLine(picture.file)): \(error)")
    } else if !json, let guesses = picture.predictions {
      let classes = guesses.map { "\(oneLine($0.className)) \($0.probability.percentText)" }
      print("\(oneLine(picture.file)): \(classes.joined(separator: ", "))")
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
      throw Failure(.output, "\(sheet) cannot be written: \(error.localizedDescription)")
    }
    if !json { print("page: \(sheet)") }
  }
}

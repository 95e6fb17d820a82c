import ArgumentParser
import Datasets
import Foundation
import Reports
import Training

/// `effnet predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Tells what is on pictures.",
    discussion: """
      Files that cannot be read are named on standard error, all others are classified; the exit \
      code is 3 then.
      """)

  @Argument(help: "A checkpoint.")
  var checkpoint: String

  @Argument(help: "JPEG and PNG files.")
  var images: [String]

  @Option(help: "Classes a picture.")
  var top = 5

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Also write a page of the pictures with their classes.", valueName: "file.html"))
  var sheet: String?

  func validate() throws {
    if top < 1 { throw ValidationError("--top must be at least 1") }
    if images.isEmpty { throw ValidationError("name at least one picture") }
  }

  /// What is printed with `--json`.
  private struct Report: Encodable {
    struct Picture: Encodable {
      let file: String
      var predictions: [Predictor.Guess]?
      var error: String?
    }
    let checkpoint: String
    var pictures: [Picture] = []
  }

  func run() throws {
    try Job.run { world in
      guard world.size == 1 else {
        throw Failure(.usage, "predict is one process's work; start it without mpirun")
      }
      let predictor = try Predictor(checkpoint: checkpoint)
      var report = Report(checkpoint: checkpoint)
      var entries: [ContactSheet.Entry] = []
      let thumbnails = Thumbnails(longestSide: 224)
      predictor.predict(images, top: top) { file, outcome in
        switch outcome {
        case .guesses(let guesses):
          report.pictures.append(Report.Picture(file: file, predictions: guesses))
          if !json { print(line(file, guesses)) }
          if sheet != nil, let jpeg = thumbnails.jpeg(ofFile: file) {
            entries.append(
              ContactSheet.Entry(
                file, jpeg: jpeg, predictions: guesses.map { ($0.className, $0.probability) }))
          }
        case .failure(let reason):
          report.pictures.append(Report.Picture(file: file, error: reason))
          FileHandle.standardError.write(Data("effnet: \(file): \(reason)\n".utf8))
          entries.append(ContactSheet.Entry(file, failure: reason))
        }
      }
      if json { try printJSON(report) }
      if let sheet {
        let page = ContactSheet(
          title: "Pictures and their classes", model: predictor.model, entries: entries)
        do {
          try page.html.write(toFile: sheet, atomically: true, encoding: .utf8)
        } catch {
          throw Failure(.output, "\(sheet) cannot be written: \(error.localizedDescription)")
        }
      }
      if report.pictures.contains(where: { $0.error != nil }) {
        throw Failure(silently: Failure.Code.data.rawValue)
      }
    }
  }

  /// A picture with its classes in one line.
  private func line(_ file: String, _ guesses: [Predictor.Guess]) -> String {
    "\(file): "
      + guesses.map { "\($0.className) \(percent($0.probability))" }.joined(separator: ", ")
  }
}

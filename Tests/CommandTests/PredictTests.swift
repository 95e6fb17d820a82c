import Foundation
import TestSupport
import XCTest

final class PredictTests: PictureTestCase {
  private struct Report: Decodable {
    struct Guess: Decodable {
      let className: String
      let classIndex: Int
      let probability: Double
    }
    struct Picture: Decodable {
      let file: String
      let predictions: [Guess]?
      let error: String?
    }
    let checkpoint: String
    let pictures: [Picture]
  }

  /// Probabilities are printed as doubles of float values.
  private let probabilityTolerance = 1e-5

  private func report(_ text: String) throws -> Report {
    try JSONDecoder().decode(Report.self, from: Data(text.utf8))
  }

  /// Trains until the classes are told apart, which colours alone are enough for.
  private func trained() throws -> String {
    try preparePictures()
    try succeed(
      train(
        "run",
        [
          "training.steps=120", "training.logEverySteps=120", "data.policy=none", "data.mixup=0",
          "data.cutmix=0", "data.erasing=0", "data.hue=0", "data.brightness=0", "data.saturation=0",
          "network.dropout=0", "network.dropPath=0", "network.batchNormGroup=0",
          "network.batchNormMomentum=0.9", "schedule.learningRate=0.003",
        ]))
    return "run/checkpoint-00000120.h5"
  }

  func testPicturesAreToldApart() throws {
    let checkpoint = try trained()
    // More pictures than a micro-batch holds, and an odd number of them.
    let files = (0..<7).map { "source/\(Self.classes[$0 % 3])/\($0).jpg" }
    let outcome = try succeed(["predict", checkpoint] + files + ["--json", "--top", "2"])
    let pictures = try report(outcome.output).pictures
    XCTAssertEqual(pictures.map(\.file), files)
    for (number, picture) in pictures.enumerated() {
      let guesses = try XCTUnwrap(picture.predictions)
      XCTAssertEqual(guesses.count, 2)
      XCTAssertEqual(guesses[0].className, Self.classes[number % 3])
      XCTAssertEqual(guesses[0].classIndex, number % 3)
      XCTAssertGreaterThanOrEqual(guesses[0].probability, guesses[1].probability)
    }
    let all = try report(
      succeed(["predict", checkpoint, files[0], "--json"]).output
    ).pictures[0].predictions
    XCTAssertEqual(all?.count, 3)
    XCTAssertEqual(
      all?.reduce(0) { $0 + $1.probability } ?? 0, 1, accuracy: probabilityTolerance)
    // Alone or among others: the same.
    XCTAssertEqual(all?[0].probability, pictures[0].predictions?[0].probability)
    // Ranks share the pictures of a folder, and the bits stay the same.
    let folder = ["predict", checkpoint, "source/blue", "--json", "--top", "1"]
    let outcomes = try [nil, 2, 3].map { try succeed(folder, ranks: $0).output }
    XCTAssertEqual(try report(outcomes[0]).pictures.count, 22)
    XCTAssertEqual(outcomes[1], outcomes[0])
    XCTAssertEqual(outcomes[2], outcomes[0])
    let line = try succeed(["predict", checkpoint, files[1], "--top", "1"]).output
    XCTAssertTrue(line.hasPrefix("source/green/1.jpg: green "), line)
  }

  func testUnreadableFilesAreNamedAndTheOthersClassified() throws {
    let checkpoint = try trained()
    try write("no picture\n", to: "text.jpg")
    try write("", to: "empty.png")
    let picture = "source/red/0.jpg"
    let outcome = try effnet([
      "predict", checkpoint, "text.jpg", picture, "gone.jpg", "empty.png", "--json", "--sheet",
      "sheet.html",
    ])
    XCTAssertEqual(outcome.exitCode, 3)
    XCTAssertEqual(outcome.messages.count, 3, outcome.errors)
    for (file, reason) in [
      ("text.jpg", "neither JPEG nor PNG"), ("gone.jpg", "no such file"), ("empty.png", "empty"),
    ] {
      XCTAssertTrue(
        outcome.messages.contains { $0.contains("effnet: \(file): ") && $0.contains(reason) },
        outcome.errors)
    }
    let pictures = try report(outcome.output).pictures
    let again = try effnet(["predict", checkpoint, picture, "--sheet", "sheet.html"])
    XCTAssertEqual(again.exitCode, 2)
    XCTAssertTrue(again.errors.contains("sheet.html exists"), again.errors)
    XCTAssertEqual(pictures.map { $0.error == nil }, [false, true, false, false])
    XCTAssertEqual(pictures[1].predictions?[0].className, "red")
    let sheet = try String(contentsOfFile: path("sheet.html"), encoding: .utf8)
    for part in ["source/red/0.jpg", "data:image/jpeg;base64,", "text.jpg", "neither JPEG"] {
      XCTAssertTrue(sheet.contains(part), part)
    }
  }

  func testFoldersAreWalkedAsPackDoes() throws {
    let checkpoint = try trained()
    try folder.write(Self.picture(0, 1), to: "f/blue.JFIF")
    try folder.write(Self.picture(1, 1), to: "f/deep/green")
    try folder.write(Self.picture(2, 1), to: "elsewhere/red.jpg")
    try folder.write(Data([0, 5, 0x16, 7]), to: "f/._blue.jpg")
    try write("notes", to: "f/notes.txt")
    for (link, target) in [("f/out", "../elsewhere"), ("f/up", ".."), ("f/copy.jpg", "blue.JFIF")] {
      XCTAssertEqual(symlink(target, path(link)), 0)
    }
    XCTAssertEqual(symlink("f", path("g")), 0)
    for name in ["f", "g", "g/"] {
      for ranks in [nil, 2] {
        let outcome = try effnet(
          ["predict", checkpoint, name, "--top", "1", "--json"], ranks: ranks)
        XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
        let pictures = try report(outcome.output).pictures
        XCTAssertEqual(
          pictures.map { $0.predictions?[0].className }, ["blue", "green", "red"], outcome.errors)
        for part in [
          "left out 1 file, neither JPEG nor PNG: 1 .txt", "left out 1 hidden picture",
          "copy.jpg is left out: it is the same file as blue.JFIF",
          "up is left out: it leads to a folder around it",
        ] { XCTAssertTrue(outcome.messages.contains { $0.contains(part) }, outcome.errors) }
      }
    }
    // What cannot be read is told, and everything else looked at.
    XCTAssertEqual(mkfifo(path("f/pipe.png"), 0o600), 0)
    let outcome = try effnet(["predict", checkpoint, "f", "f/pipe.png", "--top", "1"])
    XCTAssertEqual(outcome.exitCode, 3)
    XCTAssertEqual(outcome.output.split(separator: "\n").count, 3, outcome.output)
    XCTAssertEqual(
      outcome.messages.filter { $0.contains("f/pipe.png: it") && $0.contains("pipe, not a file") }
        .count, 2, outcome.errors)
    XCTAssertLessThan(outcome.seconds, 10)
  }

  func testMistakesOfUsageAreExplained() throws {
    try preparePictures()
    try assertFails(["predict", "gone.h5", "source/red/0.jpg"], code: 3, ["gone.h5"])
    try FileManager.default.createDirectory(
      atPath: path("nothing"), withIntermediateDirectories: false)
    try assertFails(
      ["predict", "gone.h5", "nothing"], code: 3, ["no JPEG or PNG files in nothing"])
    let usage = try effnet(["predict", "gone.h5"])
    XCTAssertEqual(usage.exitCode, 2)
    let top = try effnet(["predict", "gone.h5", "x.jpg", "--top", "0"])
    XCTAssertEqual(top.exitCode, 2)
    XCTAssertTrue(top.errors.contains("--top"), top.errors)
  }
}

import ArgumentParser
import Boundary
import Foundation
import Studies
import Supervision
import Training

/// `effnet search report`.
struct SearchReportCommand: UnsharedCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes results and page of a study anew, from its ledger alone; while it runs, too.")

  @Argument(help: "The output folder of a study.", transform: NamedPath.read)
  var folder: String?

  @Flag(
    help: "Write a page of the published family instead: its accuracy against its exact counts.")
  var published = false

  @Option(help: "With --published, the page; published.html unless given.")
  var output: String?

  func validate() throws {
    if published == (folder != nil) {
      throw ValidationError("name the output folder of a study, or give --published")
    }
    if output != nil, !published { throw ValidationError("--output goes with --published") }
  }

  func run() throws {
    do {
      guard let folder else { return try writePublished() }
      let studied = StudyFolder(folder)
      let study = try Study(in: studied, StandardError.warn)
      let isFinished = try StudyPublication(study, studied).write()
      if isFinished { print("results: \(studied.file(StudyFolder.results))") }
      print(
        "page: \(studied.file(StudyFolder.page))\(isFinished ? "" : "; the study is not finished")")
    } catch { throw Failure(error) }
  }

  private func writePublished() throws {
    let path = output ?? "published.html"
    try OutputFile.requireNew(path, "--output")
    try OutputFile.requireFolder(of: path, "--output")
    do { try PublishedPage.html.write(toFile: path, atomically: true, encoding: .utf8) } catch {
      throw Failure(.output, "\(path.shown) cannot be written: \(error.systemReason)")
    }
    print("page: \(path)")
  }
}

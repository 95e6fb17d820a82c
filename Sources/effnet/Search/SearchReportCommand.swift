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
    abstract: "Writes the page of a study anew, from its ledger alone; while it runs, too.",
    discussion: """
      Of a study that is finished and does not run the results are written, too.
      """)

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
      // Before the ledger is read: whoever does the study could come to its end meanwhile.
      let lease = try lease(of: studied)
      try withExtendedLifetime(lease) { try write(studied, isLeft: lease != nil) }
    } catch { throw Failure(error) }
  }

  /// Takes a study's folder; nil where it is in use, or no study's.
  private func lease(of studied: StudyFolder) throws(TrainingError) -> FolderLease? {
    guard FileManager.default.fileExists(atPath: studied.file(StudyFolder.ledger)) else {
      return nil
    }
    do throws(TrainingError) {
      return try FolderLease(studied.run, waiting: 0, advance: {}) { _ in }
    } catch {
      guard error.faultKind == .usage else { throw error }
      return nil
    }
  }

  /// Writes the page, and what else may be written.
  ///
  /// - Parameter isLeft: Whether nobody does the study.
  private func write(_ studied: StudyFolder, isLeft: Bool) throws {
    let study = try Study(in: studied, isHeld: !isLeft, StandardError.warn)
    let publication = try StudyPublication(study, studied)
    if isLeft { try publication.write() } else { try publication.writePage() }
    let state = try study.state(isHeld: !isLeft)
    if state == .finished, isLeft { print("results: \(studied.file(StudyFolder.results))") }
    print("page: \(studied.file(StudyFolder.page))")
    if let notice = try publication.noticeOfOtherResults() { StandardError.warn(notice) }
    guard isLeft else { return print("the study is running") }
    switch state {
    case .finished, .running: break
    case .stopped: print("the study is stopped; go on with: \(study.resumption(in: studied))")
    case .failed: print("the study has ended: \(study.problemOfRecipe()?.description ?? "")")
    }
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

import ArgumentParser
import Studies
import Supervision
import Training

/// `effnet search report`.
struct SearchReportCommand: UnsharedCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes results and page of a study anew, from its ledger alone; while it runs, too.")

  @Argument(help: "The output folder of a study.", transform: NamedPath.read)
  var folder: String

  func run() throws {
    do {
      let folder = StudyFolder(folder)
      let study = try Study(in: folder, StandardError.warn)
      let isFinished = try StudyPublication(study, folder).write()
      if isFinished { print("results: \(folder.file(StudyFolder.results))") }
      print(
        "page: \(folder.file(StudyFolder.page))\(isFinished ? "" : "; the study is not finished")")
    } catch { throw Failure(error) }
  }
}

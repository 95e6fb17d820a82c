import Crypto
import Foundation
import Training

/// Writes what a study has come to, from its ledger alone.
package struct StudyPublication {
  private let study: Study
  private let folder: StudyFolder

  package init(_ study: Study, _ folder: StudyFolder) {
    self.study = study
    self.folder = folder
  }

  /// Writes all files.
  package func write() throws(TrainingError) {
    let results = try StudyResults(study)
    try folder.run.write(results.json, to: "results.json")
  }
}

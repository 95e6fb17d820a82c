import Training

/// All that a study hands on: the winner's training, its family, and the winner in other programs.
package struct WinnerFiles {
  /// A file by its path in the folder of the study.
  package struct File: Sendable, Equatable {
    package let name, text: String
  }

  /// The folder of the family's members, which must exist before they are written.
  package static let familyFolder = "family"

  /// Of all files that there can be.
  package static let names =
    [WinnerFile.name, kerasName, familyName] + Family.exponents.map(FamilyMemberFile.name)
  private static let kerasName = "winner-keras.json"
  private static let familyName = "family.yaml"

  package let files: [File]

  /// - Returns: Nil before the study has come to a winner.
  package init?(_ study: Study, _ results: StudyResults) throws(TrainingError) {
    guard let training = try WinnerTraining(study, results) else { return nil }
    var files = [
      File(name: WinnerFile.name, text: WinnerFile(training).text),
      File(name: Self.kerasName, text: KerasForm(training).json),
    ]
    if let family = Family(training) {
      files.append(File(name: Self.familyName, text: FamilyFile(family, training).text))
      files += family.members.compactMap { member in
        FamilyMemberFile(member, of: family, training)
          .map { File(name: $0.name, text: $0.text) }
      }
    }
    self.files = files
  }
}

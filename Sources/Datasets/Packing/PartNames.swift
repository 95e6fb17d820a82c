import Boundary

/// The folders of training and validation pictures, found by their names.
struct PartNames: Equatable {
  let training: String
  let validation: String

  /// Looks for them among the folders in one place; `nil` where they are not there.
  ///
  /// - Throws: When more than one folder may be meant.
  init?(among folders: [String], in place: String) throws(DatasetError) {
    let named = folders.compactMap { name in PartName(name).map { (name: name, part: $0) } }
    func names(_ part: PartName.Part, _ stem: [String]) -> [(name: String, part: PartName)] {
      let all = named.filter { $0.part.part == part && $0.part.stem == stem }
      let rank = all.map(\.part.rank).min()
      return all.filter { $0.part.rank == rank }
    }
    let stems = Set(named.map(\.part.stem)).filter {
      !names(.training, $0).isEmpty && !names(.validation, $0).isEmpty
    }
    let stem = stems.contains([""]) ? [""] : stems.count == 1 ? stems.first : nil
    guard let stem else {
      if stems.isEmpty { return nil }
      throw Self.unclear(named.map(\.name).filter { PartName($0)?.part == .training }, place)
    }
    let (training, validation) = (names(.training, stem), names(.validation, stem))
    guard training.count == 1 else { throw Self.unclear(training.map(\.name), place) }
    guard validation.count == 1 else { throw Self.unclear(validation.map(\.name), place) }
    self.training = training[0].name
    self.validation = validation[0].name
  }

  private static func unclear(_ names: [String], _ place: String) -> DatasetError {
    .badSource(
      file: place, reason: "which of \(names.listed) is meant is unclear; leave one of them there")
  }
}

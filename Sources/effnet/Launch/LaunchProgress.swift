/// How far work is, by the names and sizes of its files: another start that leaves the same has
/// gained nothing.
struct LaunchProgress: Equatable {
  /// Files with what another start would find.
  let marks: [String]
  /// Where another start goes on, such as "from the beginning".
  let start: String
  /// What would have been added to them, such as "no checkpoint was".
  let absence: String
}

/// What a study asks.
package enum StudyKind: String, CaseIterable, Codable, Sendable {
  /// How accuracy grows with compute in each direction.
  case scaling
  /// Which shares of depth, width and resolution are best at one factor: step 1 of compound
  /// scaling.
  case grid
  /// Which baseline is best: its stages are evolved.
  case architecture
}

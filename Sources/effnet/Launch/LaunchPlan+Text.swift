import Hosts
import Supervision

extension LaunchPlan {
  /// Shows which ranks run where, and the command that starts them.
  ///
  /// - Parameter program: What each of them executes.
  func show(_ program: [String]) {
    for line in notes { StandardError.warn(line) }
    for line in map { print(line) }
    print((launcher + program).map(Self.quoted).joined(separator: " "))
    StandardOutput.flush()
  }

  /// A word as a shell reads it.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,@%+".contains($0) }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}

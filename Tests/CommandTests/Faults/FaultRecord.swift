import Foundation

/// What came of a trial: a line of the history.
struct FaultRecord: Codable {
  var seed = 0
  var fault = FaultPlan.Fault.kill
  var signal: String?
  var launcher = ""
  /// Whether the program is that of a bundle; `nil` for the one that was built with the tests.
  var bundle: Bool?
  var ranks = 0
  /// Virtual hosts; 0 for this machine.
  var hosts = 0
  var victim = ""
  var moment = ""
  /// Seconds from the start to the fault; `nil` where the run was over before.
  var struckAfter: Double?
  /// What the victim did: told by the ranks where they found it lost or stuck, otherwise seen in
  /// the run's files.
  var phase = ""
  var step = 0
  var code: Int32 = -1
  /// The program's lines on standard error.
  var messages: [String] = []
  /// From the fault to the end of the launcher.
  var seconds = 0.0
  /// From the fault until none of its processes was there any more.
  var secondsToLastProcess = 0.0
  /// Processes that had to be killed.
  var left: [String] = []
  /// Whether the run went to its end before it was resumed.
  var finished = false
  var resumedRanks: Int?
  /// The step from which it went on.
  var resumedFrom: Int?
  /// Whether the finished run has the bits of the undisturbed one.
  var equal = false
  /// What was not as it must be.
  var problems: [String] = []

  /// One line of JSON.
  var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

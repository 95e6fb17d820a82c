import Foundation

/// A test of `effnet launch`, with a launcher of ranks that does what the test wants where that is
/// needed.
class LaunchTestCase: TrainingTestCase {
  /// Puts a script in the place of `mpirun`, or of another launcher. It finds the number of its
  /// start in `$start`, the output folder in `$run`, and can call `verdict CODE [UNREACHABLE]`.
  func replaceLauncher(_ name: String = "mpirun", by script: String) throws -> [String] {
    try write(
      """
      #!/usr/bin/env bash
      [[ $1 != --version ]] || exit 0
      echo "$*" >>starts
      start=$(wc -l <starts) run=run
      mkdir -p $run/ranks
      [[ $* =~ EFFNET_START=([0-9]+) ]] && number=${BASH_REMATCH[1]}
      verdict() {
        echo '{"start":'$number',"code":'$1',"host":"b","message":"rank 1 of b was lost","phase":"backward",' \\
          '"pid":42,"rank":1,"step":3,"unreachable":'${2:-false}'}' >$run/ranks/verdict.json
      }
      \(script)
      """, to: name)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path(name))
    let others = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return ["env", "PATH=\(folder.path):\(others)"]
  }

  /// The command lines with which the script was started.
  func starts() throws -> [Substring] {
    try String(contentsOfFile: path("starts"), encoding: .utf8).split(separator: "\n")
  }
}

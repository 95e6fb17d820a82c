import HDF5

extension TrainingError {
  /// Passes on what `body` yields; errors of a file become that of what an option has asked for.
  static func writing<Value>(
    _ path: String, for option: String, _ body: () throws(HDF5Error) -> Value
  ) throws(TrainingError) -> Value {
    do { return try body() } catch {
      throw TrainingError(
        .output,
        "\(path) cannot be written: \(error.reason); make room or choose another file for "
          + option)
    }
  }
}

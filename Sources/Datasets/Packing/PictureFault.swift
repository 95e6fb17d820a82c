/// Why a picture is not packed.
public struct PictureFault: Error, Equatable {
  /// What is wrong with the file, and what to do.
  public let reason: String
}

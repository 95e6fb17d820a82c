/// A picture file to be packed.
public struct PictureFile: Sendable, Equatable {
  /// Path from the folder that is packed.
  public let path: String
  /// Index of its class.
  public let label: Int32
  /// Whether it is for validation, where the folder or a list says so.
  public let isValidation: Bool
}

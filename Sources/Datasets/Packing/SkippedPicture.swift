import Boundary

/// A file that was not packed, and why.
public struct SkippedPicture: Sendable, Equatable {
  /// Path from the folder that is packed.
  public let path: String
  /// What is wrong with it.
  public let reason: String

  /// The two as a line, with a tab between them: `cat/1.jpg`, `the file is empty; copy it again`;
  /// what would end the line or a column of it is written out.
  public var line: String {
    "\(path.shown(limit: .max))\t\(reason.shownLines.replacing("\t", with: " "))"
  }

  /// Names a file and what is wrong with it.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

/// Why a picture is not packed.
public struct PictureFault: Error, Equatable {
  /// What is wrong with the file, and what to do.
  public let reason: String
}

import Foundation

/// Checks of files that a command is to write, before its work begins.
enum OutputFile {
  /// Nothing is overwritten.
  static func requireNew(_ file: String?, _ option: String) throws {
    guard let file, FileManager.default.fileExists(atPath: file) else { return }
    throw Failure(.usage, "\(file) exists; choose another file for \(option) or remove it")
  }

  /// Long work is not to end with a page that cannot be written.
  static func requireFolder(of file: String?, _ option: String) throws {
    guard let file else { return }
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    guard !FileManager.default.isWritableFile(atPath: folder) else { return }
    throw Failure(
      .output,
      "\(file) cannot be written: the folder \(folder) is missing or closed; choose another for "
        + option)
  }
}

import Glibc

/// Paths of shards: how they are named when packed, and found again.
package enum ShardPath {
  /// Name of one of a set of shards, such as `train-00000-of-00002.h5`.
  static func name(_ set: String, _ index: Int, of count: Int) -> String {
    func digits(_ number: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
    return "\(set)-\(digits(index))-of-\(digits(count)).h5"
  }

  /// Files that a path stands for: itself, the `.h5` in a folder, or the matches of a pattern.
  ///
  /// - Throws: When there are none.
  package static func files(
    _ path: String, relativeTo base: String
  ) throws(DatasetError) -> [String] {
    let full = path.hasPrefix("/") || base.isEmpty ? path : "\(base)/\(path)"
    var status = stat()
    let exists = stat(full, &status) == 0
    if exists && status.st_mode & S_IFMT != S_IFDIR { return [full] }
    let files = matches(exists ? pattern("*.h5", in: full) : full)
    if files.isEmpty { throw .missing(path: exists ? "in \(full)" : full) }
    return files
  }

  /// A pattern for files of a folder whose own name is to be taken as it is.
  package static func pattern(_ name: String, in folder: String) -> String {
    folder.map { "\\*?[".contains($0) ? "\\\($0)" : "\($0)" }.joined() + "/" + name
  }

  /// Files that match a shell pattern, sorted.
  static func matches(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }
  }
}

import Foundation

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
  /// - Throws: When there are none, or when a shard of a set is missing that the path stands for.
  package static func files(
    _ path: String, relativeTo base: String
  ) throws(DatasetError) -> [String] {
    let full = path.hasPrefix("/") || base.isEmpty ? path : "\(base)/\(path)"
    var status = stat()
    let exists = stat(full, &status) == 0
    if exists && status.st_mode & S_IFMT != S_IFDIR { return [full] }
    let pattern = exists ? pattern("*.h5", in: full) : full
    let files = matches(pattern)
    if files.isEmpty { throw .missing(path: exists ? "in \(full)" : full) }
    try requireWholeSets(files, pattern)
    return files
  }

  /// Who names a part of a set on purpose names no others by the same pattern.
  private static func requireWholeSets(
    _ files: [String], _ pattern: String
  ) throws(DatasetError) {
    let found = Set(files)
    var checked: Set<String> = []
    for file in files {
      let parts = file.components(separatedBy: "-of-")
      guard parts.count >= 2, let end = parts.last, end.hasSuffix(".h5"),
        let count = Int(end.dropLast(3)), count > 0,
        let dash = file.dropLast("-of-\(end)".count).lastIndex(of: "-")
      else { continue }
      let set = String(file[..<dash])
      guard checked.insert("\(set) \(count)").inserted else { continue }
      for index in 0..<count {
        let member = name(set, index, of: count)
        if !found.contains(member), fnmatch(pattern, member, FNM_PATHNAME) == 0 {
          throw .incomplete(path: member, count: count)
        }
      }
    }
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

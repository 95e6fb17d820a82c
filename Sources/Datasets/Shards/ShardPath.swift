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

  /// The absolute form of a path, a folder or a pattern: in `folder`, which is no pattern whatever
  /// its name, unless it is absolute.
  package static func resolved(_ path: String, in folder: String) -> String {
    let absolute = path.hasPrefix("/") ? path : "\(escaped(folder))/\(path)"
    return URL(fileURLWithPath: absolute).standardizedFileURL.path
  }

  /// Files that a path stands for: itself, the `.h5` in a folder, or the matches of a pattern. In
  /// its name, too, a backslash makes a character of a pattern one of the name.
  ///
  /// - Throws: When there are none, or when a shard of a set is missing that the path stands for.
  package static func files(
    _ path: String, relativeTo base: String
  ) throws(DatasetError) -> [String] {
    let full = path.hasPrefix("/") || base.isEmpty ? path : "\(base)/\(path)"
    var status = stat()
    // Who writes a name as it is need not know of patterns.
    let existing = [unescaped(full), full].first { (name: String) in stat(name, &status) == 0 }
    if let existing, status.st_mode & S_IFMT != S_IFDIR { return [existing] }
    let pattern = existing.map { Self.pattern("*.h5", in: $0) } ?? full
    let files = matches(pattern)
    if files.isEmpty { throw .missing(path: existing.map { "in \($0)" } ?? unescaped(full)) }
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
    "\(escaped(folder))/\(name)"
  }

  // Scalars and not characters, as for the system: a mark that follows one joins it in one
  // character.
  private static let patternScalars: [Unicode.Scalar] = ["\\", "*", "?", "["]

  /// A pattern for one name alone.
  package static func escaped(_ name: String) -> String {
    var pattern = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      if patternScalars.contains(scalar) { pattern.append("\\") }
      pattern.append(scalar)
    }
    return String(pattern)
  }

  /// The name for which a pattern without any other characters of patterns stands.
  private static func unescaped(_ pattern: String) -> String {
    var name = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in pattern.unicodeScalars {
      if isEscaped {
        if !patternScalars.contains(scalar) { name.append("\\") }
        name.append(scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        name.append(scalar)
      }
    }
    if isEscaped { name.append("\\") }
    return String(name)
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

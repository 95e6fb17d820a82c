import Foundation

/// The targets in `Sources` as their files show them.
struct SourceTree {
  /// A file without its comments and strings.
  struct File {
    /// Folder in its target; empty for those beside the folders.
    let folder: String
    let name: String
    let imports: Set<String>
    /// Types that others can use.
    let declared: Set<String>
    /// Words that begin like types.
    let named: Set<String>
    /// Numbers of the purposes that it declares.
    let purposes: [Int]

    init(_ file: URL, folder: String) throws {
      self.folder = folder
      name = file.lastPathComponent
      let text = try String(contentsOf: file, encoding: .utf8)
        .replacing(/"""[\s\S]*?"""/, with: "").replacing(/\/\/[^\n]*/, with: "")
        .replacing(/"(?:\\.|[^"\\\n])*"/, with: "")
      imports = Set(text.matches(of: /(?m)^[a-z@ ]*import +(\w+)/).map { String($0.1) })
      let declarations = text.matches(
        of: /(?m)^(?:@\w+ )*((?:[a-z]+ )*)(?:struct|class|enum|protocol|typealias) +(\w+)/)
      declared = Set(
        declarations.filter { !$0.1.contains("private") }.map { String($0.2) })
      purposes = text.matches(of: /[={] RandomPurpose\((\d+)/).compactMap { Int($0.1) }
      named = Set(text.matches(of: /\b[A-Z]\w*/).map { String($0.0) })
    }
  }

  /// Files of each target.
  private(set) var files: [String: [File]] = [:]
  /// What `Package.swift` declares for each of these targets, of these targets.
  private(set) var dependencies: [String: Set<String>] = [:]

  init(_ root: URL) throws {
    let manifest = try String(
      contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    for target in manifest.matches(
      of: /\.(?:target|executableTarget)\(\s*name: "([\w-]+)"([\s\S]*?)(?=\n    \.|\n  \])/)
    {
      let name = String(target.1)
      let path =
        target.2.firstMatch(of: /path: "([^"]*)"/).map { String($0.1) } ?? "Sources/\(name)"
      guard path.hasPrefix("Sources/") else { continue }
      dependencies[name] = Set(
        target.2.matches(of: /"([\w-]+)"/).map { String($0.1) })
      files[name] = try Self.files(in: root.appending(path: path))
    }
    let known = Set(files.keys)
    dependencies = dependencies.mapValues { $0.intersection(known) }
  }

  private static func files(in folder: URL) throws -> [File] {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return try (paths ?? []).filter { $0.hasSuffix(".swift") }.map { path in
      let parts = path.split(separator: "/")
      return try File(folder.appending(path: path), folder: parts.count > 1 ? String(parts[0]) : "")
    }
  }

  /// Numbers of all purposes of random numbers.
  var purposes: [Int] { files.values.joined().flatMap(\.purposes) }

  /// Own targets that the files of a target import.
  func imports(of target: String) -> Set<String> {
    (files[target] ?? []).reduce(into: Set()) { $0.formUnion($1.imports) }
      .intersection(files.keys)
  }

  /// For each folder of a target those that it uses, with a type and the file that names it.
  func folders(of target: String) -> [String: [String: String]] {
    let files = files[target] ?? []
    var homes: [String: String] = [:]
    for file in files {
      for type in file.declared { homes[type] = file.folder }
    }
    var uses: [String: [String: String]] = [:]
    for file in files {
      uses[file.folder, default: [:]].merge(
        file.named.sorted().compactMap { type in
          homes[type].flatMap { $0 == file.folder ? nil : ($0, "\(type) in \(file.name)") }
        }, uniquingKeysWith: { first, _ in first })
    }
    return uses
  }

  /// A way from a node back to itself, if there is one.
  static func circle(in uses: [String: [String: String]]) -> [String]? {
    var left = uses.mapValues { Set($0.keys) }
    // Whoever uses nothing that is left is in no circle.
    while let free = left.first(where: { $0.value.isDisjoint(with: left.keys) }) {
      left[free.key] = nil
    }
    guard var node = left.keys.min() else { return nil }
    var way: [String] = []
    while !way.contains(node) {
      way.append(node)
      guard let next = left[node]?.intersection(left.keys).min() else { return way }
      node = next
    }
    return way.drop { $0 != node } + [node]
  }
}

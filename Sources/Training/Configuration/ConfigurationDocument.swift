import Foundation
import Yams

/// The sections of a configuration file with the overrides of the command line, and their places.
struct ConfigurationDocument {
  /// A section or key with its value.
  struct Entry {
    let name: String
    let line: Int?
    var value: Node
  }

  private let file: String
  private let folder: URL
  private(set) var sections: [Entry]
  /// The text of each override, by `section.key`, and by `section` where the file has none.
  private var overrides: [String: String] = [:]

  /// Parses the text of `file`.
  ///
  /// - Parameter folder: What relative paths in the text are relative to.
  init(yaml: String, file: String, folder: URL) throws(ConfigurationError) {
    self.file = file
    self.folder = folder
    let root = try Self.parse(yaml, location: file)
    sections = try Self.entries(of: root, location: file, key: nil)
  }

  /// Replaces or adds one value, given as `section.key=value`.
  mutating func apply(_ override: String) throws(ConfigurationError) {
    let location = "--set \(override)"
    let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let names = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, names.count == 2, !names.contains("") else {
      throw ConfigurationError(location: location, problem: "expected section.key=value")
    }
    guard !parts[1].allSatisfy(\.isWhitespace) else {
      throw ConfigurationError(
        location: location, problem: "has no value; give one, or null for the default")
    }
    let value = try Self.parse(String(parts[1]), location: location)
    overrides[names.joined(separator: ".")] = override
    let section =
      sections.firstIndex { $0.name == names[0] }
      ?? {
        overrides[names[0]] = override
        sections.append(Entry(name: names[0], line: nil, value: Node("", .implicit, .plain)))
        return sections.count - 1
      }()
    if sections[section].value.isNull { sections[section].value = Node([(Node, Node)]()) }
    sections[section].value.mapping?[Node(names[1])] = value
  }

  /// The keys of a section; none where the section is missing.
  func entries(of section: String) throws(ConfigurationError) -> [Entry] {
    guard let value = sections.first(where: { $0.name == section })?.value else { return [] }
    return try Self.entries(of: value, location: location(section), key: section)
  }

  /// Where a section or a key is: an override, a line, or else the place of what it belongs to.
  func location(_ section: String, _ key: Entry? = nil) -> String {
    if let key, let override = overrides["\(section).\(key.name)"] { return "--set \(override)" }
    if let line = key?.line { return "\(file):\(line)" }
    if let override = overrides[section] { return "--set \(override)" }
    return sections.first { $0.name == section }?.line.map { "\(file):\($0)" } ?? file
  }

  /// The absolute form of a path: an override is relative to where the user is, not to the file.
  func resolve(_ path: String, section: String, key: String) -> String {
    let isOverride = overrides["\(section).\(key)"] != nil
    let base = isOverride ? URL(fileURLWithPath: "") : folder
    let absolute = path.hasPrefix("/") ? URL(fileURLWithPath: path) : base.appending(path: path)
    return absolute.standardizedFileURL.path
  }

  private static func entries(
    of node: Node, location: String, key: String?
  ) throws(ConfigurationError) -> [Entry] {
    if node.isNull { return [] }
    guard case .mapping(let mapping) = node else {
      throw ConfigurationError(
        location: location, key: key, problem: "expected keys and values, found \(node.summary)")
    }
    return mapping.map { name, value in
      Entry(name: name.string ?? name.summary, line: name.mark?.line, value: value)
    }
  }

  private static func parse(_ yaml: String, location: String) throws(ConfigurationError) -> Node {
    do {
      return try Yams.compose(yaml: yaml) ?? Node("", .implicit, .plain)
    } catch YamlError.duplicatedKeysInMapping(let names, let context) {
      throw ConfigurationError(
        location: "\(location):\(context.mark.line)", key: names[0],
        problem: "the key is given again further down; remove one of the two")
    } catch YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _), YamlError.composer(_, let problem, let mark, _)
    {
      throw ConfigurationError(
        location: "\(location):\(mark.line)", problem: "not valid YAML: \(problem)")
    } catch {
      throw ConfigurationError(location: location, problem: "not valid YAML: \(error)")
    }
  }
}

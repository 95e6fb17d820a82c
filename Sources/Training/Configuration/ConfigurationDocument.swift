import Boundary
import Foundation
import Yams

/// The sections of a configuration file and of those it is based on, with the overrides of the
/// command line, and their places.
///
/// A file may begin with `base: FILE`: it then has the sections and keys of that file, but for those
/// that it gives itself; `null` takes one back.
struct ConfigurationDocument {
  /// The key that names the file which a file is based on.
  static let baseKey = "base"

  /// A section or key with its value, and where it stands.
  struct Entry {
    let name: String
    let file: String
    let line: Int?
    let folder: URL
    var value: Node
  }

  private let file: String
  private let folder: URL
  /// Own sections; those of the base are looked up there.
  private var ownSections: [Entry] = []
  /// None or one: a value cannot contain another of its type.
  private var bases: [ConfigurationDocument] = []
  /// The text of each override, by `section.key`, and by `section` where the file has none.
  private var overrides: [String: String] = [:]

  /// Parses the text of `file`, and reads the files that it is based on.
  ///
  /// - Parameters:
  ///   - folder: What relative paths in the text are relative to.
  ///   - derived: Paths of the files that are based on this one.
  init(
    yaml: String, file: String, folder: URL, derived: [String] = []
  ) throws(ConfigurationError) {
    self.file = file
    self.folder = folder
    let root = try Self.parse(yaml, location: file)
    for entry in try entries(of: root, location: file, key: nil) {
      if entry.name == Self.baseKey {
        bases = [try base(entry, derived)]
      } else {
        ownSections.append(entry)
      }
    }
  }

  /// Reads the file that `entry` names.
  private func base(
    _ entry: Entry, _ derived: [String]
  ) throws(ConfigurationError) -> ConfigurationDocument {
    let location = "\(file):\(entry.line ?? 1)"
    func fault(_ problem: String) -> ConfigurationError {
      ConfigurationError(location: location, key: Self.baseKey, problem: problem)
    }
    let name: String
    do throws(ConfigurationProblem) {
      name = try String(entry.value, allowed: .any)
    } catch { throw fault(error.text) }
    let isAbsolute = name.hasPrefix("/")
    let url = (isAbsolute ? URL(fileURLWithPath: name) : folder.appending(path: name))
      .standardizedFileURL
    guard !derived.contains(url.path) else { throw fault("\(name) is based on this file") }
    // Errors call it by the way the user came.
    let shown =
      isAbsolute
      ? name
      : ((file as NSString).deletingLastPathComponent as NSString).appendingPathComponent(name)
    let yaml: String
    do {
      yaml = try String(contentsOf: url, encoding: .utf8)
    } catch { throw fault("\(shown) cannot be read: \(error.systemReason)") }
    return try ConfigurationDocument(
      yaml: yaml, file: shown, folder: url.deletingLastPathComponent(),
      derived: derived + [url.path])
  }

  /// All sections, own ones first.
  var sections: [Entry] {
    ownSections
      + (bases.first?.sections ?? []).filter { inherited in
        !ownSections.contains { $0.name == inherited.name }
      }
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
    if !sections.contains(where: { $0.name == names[0] }) { overrides[names[0]] = override }
    let section =
      ownSections.firstIndex { $0.name == names[0] }
      ?? {
        ownSections.append(
          Entry(
            name: names[0], file: file, line: nil, folder: folder,
            value: Node("", .implicit, .plain)))
        return ownSections.count - 1
      }()
    if ownSections[section].value.isNull { ownSections[section].value = Node([(Node, Node)]()) }
    ownSections[section].value.mapping?[Node(names[1])] = value
  }

  /// The keys of a section; none where the section is missing.
  func entries(of section: String) throws(ConfigurationError) -> [Entry] {
    let inherited = try bases.first?.entries(of: section) ?? []
    guard let value = ownSections.first(where: { $0.name == section })?.value else {
      return inherited
    }
    let own = try entries(of: value, location: location(section), key: section)
    func isIn(_ entries: [Entry], _ entry: Entry) -> Bool {
      entries.contains { $0.name == entry.name }
    }
    return own.filter { !($0.value.isNull && isIn(inherited, $0)) }
      + inherited.filter { !isIn(own, $0) }
  }

  /// Where a section or a key is: an override, a line, or else the place of what it belongs to.
  func location(_ section: String, _ key: Entry? = nil) -> String {
    if let key, let override = overrides["\(section).\(key.name)"] { return "--set \(override)" }
    if let key, let line = key.line { return "\(key.file):\(line)" }
    if let override = overrides[section] { return "--set \(override)" }
    if let own = ownSections.first(where: { $0.name == section }), let line = own.line {
      return "\(file):\(line)"
    }
    return bases.first { $0.sections.contains { $0.name == section } }?.location(section) ?? file
  }

  /// The absolute form of a path: an override is relative to where the user is, not to the file.
  func resolve(_ path: String, section: String, key: String) -> String {
    let isOverride = overrides["\(section).\(key)"] != nil
    let entry = try? entries(of: section).first { $0.name == key }
    let base = isOverride ? URL(fileURLWithPath: "") : entry?.folder ?? folder
    let absolute = path.hasPrefix("/") ? URL(fileURLWithPath: path) : base.appending(path: path)
    return absolute.standardizedFileURL.path
  }

  private func entries(
    of node: Node, location: String, key: String?
  ) throws(ConfigurationError) -> [Entry] {
    if node.isNull { return [] }
    guard case .mapping(let mapping) = node else {
      throw ConfigurationError(
        location: location, key: key, problem: "expected keys and values, found \(node.summary)")
    }
    return mapping.map { name, value in
      Entry(
        name: name.string ?? name.summary, file: file, line: name.mark?.line, folder: folder,
        value: value)
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

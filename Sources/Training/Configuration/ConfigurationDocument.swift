import Boundary
import Datasets
import Foundation
import Yams

/// The sections of a configuration file and of those it is based on, with the overrides of the
/// command line, and their places.
///
/// A file may begin with `base: FILE`: it then has the sections and keys of that file, but for
/// those that it gives itself; `null` takes one back. Of keys that are ``alternatives``, the one
/// that is given takes the other back.
struct ConfigurationDocument {
  /// The key that names the file which a file is based on.
  static let baseKey = "base"
  /// Keys of which exactly one is given, by section.
  static let alternatives = [
    "training": ["epochs", "steps"], "schedule": ["learningRate", "learningRatePer256"],
  ]
  /// Most bytes of a text: many times what all keys together take.
  static let byteLimit = 1 << 19
  /// Most aliases of a text: with so many, lists in lists have 10⁵ elements at most (e^(n/e)), and
  /// with some more they take for ever.
  private static let mostAliases = 32
  /// Most lists and sections in each other, many more than a configuration has: a section that is a
  /// key is hashed once for each that it lies in.
  private static let mostDepth = 32
  /// Most files that are based on each other, one after the other.
  private static let mostBases = 16

  /// A section or key with its value, and where it stands.
  struct Entry {
    let name: String
    let file: String
    let line: Int?
    let folder: URL
    var value: Node
  }

  private let file: String
  /// What messages call it.
  private let shownFile: String
  private let folder: URL
  /// Own sections; those of the base are looked up there.
  private var ownSections: [Entry] = []
  /// None or one: a value cannot contain another of its type.
  private var bases: [ConfigurationDocument] = []
  /// Each override as it is shown, by `section.key`, and by `section` where the file has none.
  private var overrides: [String: String] = [:]
  /// What an override of the alternative `key` has taken back, and its place, by section.
  private var takenBack: [String: (key: String, old: Entry, place: String)] = [:]

  /// Parses the text of `file`, and reads the files that it is based on.
  ///
  /// - Parameters:
  ///   - folder: What relative paths in the text are relative to.
  ///   - derived: Paths of this file and of those that are based on it; `nil` for a text that is
  ///     not in a file of the user's, which cannot name any to read.
  init(
    yaml: String, file: String, folder: URL, derived: [String]?
  ) throws(ConfigurationError) {
    self.file = file
    shownFile = file.shown
    self.folder = folder
    let root = try Self.parse(yaml, location: shownFile)
    for entry in try entries(of: root, location: shownFile, key: nil) {
      if entry.name == Self.baseKey {
        bases = [try base(entry, derived)]
      } else {
        ownSections.append(entry)
      }
    }
  }

  /// Reads the file that `entry` names.
  private func base(
    _ entry: Entry, _ derived: [String]?
  ) throws(ConfigurationError) -> ConfigurationDocument {
    let location = "\(shownFile):\(entry.line ?? 1)"
    func fault(_ problem: String) -> ConfigurationError {
      ConfigurationError(location: location, key: Self.baseKey, problem: problem)
    }
    guard let derived else {
      throw fault("is followed in configuration files alone; this text must have all keys itself")
    }
    let name: String
    do throws(ConfigurationProblem) {
      name = try String(entry.value, allowed: .any)
    } catch { throw fault(error.text) }
    let isAbsolute = name.hasPrefix("/")
    let url = isAbsolute ? URL(fileURLWithPath: name) : folder.appending(path: name)
    let identity = url.standardizedFileURL.path
    guard !derived.contains(identity) else { throw fault("\(name.shown) is based on this file") }
    guard derived.count <= Self.mostBases else {
      throw fault("more than \(Self.mostBases) files are based on each other; merge some")
    }
    // Errors call it by the way the user came; what comes from a pipe lies in no folder.
    let path =
      isAbsolute || InputText.isStream(file)
      ? name
      : ((file as NSString).deletingLastPathComponent as NSString).appendingPathComponent(name)
    let yaml: String
    do throws(FileRefusal) {
      yaml = try InputText.read(url.path, limit: Self.byteLimit, pipesToo: false)
    } catch { throw fault("\(path.shown) cannot be read: \(error.reason)") }
    return try ConfigurationDocument(
      yaml: yaml, file: path, folder: url.deletingLastPathComponent(),
      derived: derived + [identity])
  }

  /// All sections, own ones first.
  var sections: [Entry] {
    let own = Set(ownSections.map(\.name))
    return ownSections + (bases.first?.sections ?? []).filter { !own.contains($0.name) }
  }

  /// What an alternative has replaced, a line each, with the value that it has in the end.
  func replaced() throws(ConfigurationError) -> [String] {
    var lines: [String] = []
    for section in Self.alternatives.keys.sorted() {
      guard let (new, _) = Self.alternative(in: try entries(of: section), section),
        let (old, place) = try replaced(by: new.name, in: section)
      else { continue }
      lines.append(
        "\(section).\(new.name) \(new.value.summary) replaces \(section).\(old.name) "
          + "\(old.value.summary) (\(place))")
    }
    return lines
  }

  /// What the alternative `key` has replaced last: in an override, in this file, or in one that it
  /// is based on.
  private func replaced(
    by key: String, in section: String
  ) throws(ConfigurationError) -> (old: Entry, place: String)? {
    if let last = takenBack[section], last.key == key { return (last.old, last.place) }
    guard let base = bases.first else { return nil }
    if let own = ownSections.first(where: { $0.name == section })?.value,
      let (given, other) = Self.alternative(
        in: try entries(of: own, location: location(section), key: section), section),
      given.name == key, let old = try base.given(other, in: section)
    {
      return (old, base.location(section, old))
    }
    return try base.replaced(by: key, in: section)
  }

  /// Replaces or adds values, each given as `section.key=value`.
  mutating func apply(_ overrides: [String]) throws(ConfigurationError) {
    var given: [String: [Entry]] = [:]
    for override in overrides {
      let (section, entry) = try self.override(override)
      given[section, default: []].append(entry)
    }
    for (section, keys) in Self.alternatives {
      let last = keys.compactMap { key in given[section]?.last { $0.name == key } }
      guard let (new, other) = Self.alternative(in: last, section),
        let old = try self.given(other, in: section)
      else { continue }
      let place = location(section, old)
      set(other, in: section, to: Node("", .implicit, .plain))
      takenBack[section] = (new.name, old, place)
    }
    for override in overrides {
      let (section, entry) = try self.override(override)
      let shown = Self.location(ofOverride: override)
      self.overrides["\(section).\(entry.name)"] = shown
      if !sections.contains(where: { $0.name == section }) { self.overrides[section] = shown }
      set(entry.name, in: section, to: entry.value)
    }
  }

  private func override(
    _ override: String
  ) throws(ConfigurationError) -> (section: String, entry: Entry) {
    let location = Self.location(ofOverride: override)
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
    return (
      names[0], Entry(name: names[1], file: file, line: nil, folder: folder, value: value)
    )
  }

  private static func location(ofOverride override: String) -> String { "--set \(override.shown)" }

  private mutating func set(_ key: String, in name: String, to value: Node) {
    let section =
      ownSections.firstIndex { $0.name == name }
      ?? {
        ownSections.append(
          Entry(
            name: name, file: file, line: nil, folder: folder,
            value: Node("", .implicit, .plain)))
        return ownSections.count - 1
      }()
    if ownSections[section].value.isNull { ownSections[section].value = Node([(Node, Node)]()) }
    ownSections[section].value.mapping?[Node(key)] = value
  }

  /// The keys of a section; none where the section is missing.
  func entries(of section: String) throws(ConfigurationError) -> [Entry] {
    let inherited = try bases.first?.entries(of: section) ?? []
    guard let value = ownSections.first(where: { $0.name == section })?.value else {
      return inherited
    }
    let own = try entries(of: value, location: location(section), key: section)
    let inheritedNames = Set(inherited.map(\.name))
    var ownNames = Set(own.map(\.name))
    if let (_, other) = Self.alternative(in: own, section) { ownNames.insert(other) }
    return own.filter { !($0.value.isNull && inheritedNames.contains($0.name)) }
      + inherited.filter { !ownNames.contains($0.name) }
  }

  /// The value of a key, if there is one and it is not null.
  private func given(_ key: String, in section: String) throws(ConfigurationError) -> Entry? {
    try entries(of: section).first { $0.name == key && !$0.value.isNull }
  }

  /// The one of a section's alternatives that is given, and the name of the other; `nil` where none
  /// is, or both are.
  private static func alternative(
    in entries: [Entry], _ section: String
  ) -> (given: Entry, other: String)? {
    guard let keys = alternatives[section] else { return nil }
    let given = entries.filter { keys.contains($0.name) && !$0.value.isNull }
    guard given.count == 1, let other = keys.first(where: { $0 != given[0].name }) else {
      return nil
    }
    return (given[0], other)
  }

  /// Where a section or a key is: an override, a line, or else the place of what it belongs to.
  ///
  /// - Parameter element: Line of what is meant of the key's value.
  func location(_ section: String, _ key: Entry? = nil, element: Int? = nil) -> String {
    if let key, let override = overrides["\(section).\(key.name)"] { return override }
    if let key, let line = element ?? key.line { return "\(key.file.shown):\(line)" }
    if let override = overrides[section] { return override }
    if let own = ownSections.first(where: { $0.name == section }), let line = own.line {
      return "\(shownFile):\(line)"
    }
    return bases.first { $0.sections.contains { $0.name == section } }?.location(section)
      ?? shownFile
  }

  /// The folder that paths of a key are relative to: those of an override to where the user is, and
  /// not to the file.
  func folder(of entry: Entry, in section: String) -> URL {
    overrides["\(section).\(entry.name)"] == nil ? entry.folder : URL(fileURLWithPath: "")
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
    guard yaml.utf8.count <= byteLimit else {
      throw ConfigurationError(
        location: location, problem: "has more than \(byteLimit) bytes, and is no configuration")
    }
    let outline = YAMLOutline(yaml)
    guard outline.aliasCount <= mostAliases else {
      throw ConfigurationError(
        location: location, problem: "has more than \(mostAliases) aliases; write values out")
    }
    guard outline.depth <= mostDepth else {
      throw ConfigurationError(
        location: location,
        problem:
          "has more than \(mostDepth) lists or sections in each other, and is no configuration")
    }
    do {
      return try Yams.compose(yaml: yaml, .default, .default, .utf8) ?? Node("", .implicit, .plain)
    } catch YamlError.duplicatedKeysInMapping(let names, let context) {
      throw ConfigurationError(
        location: "\(location):\(context.mark.line)", key: names.first,
        problem: "the key is given again further down; remove one of the two")
    } catch YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _), YamlError.composer(_, let problem, let mark, _)
    {
      throw ConfigurationError(
        location: "\(location):\(mark.line)", problem: "not valid YAML: \(problem)")
    } catch YamlError.reader(let problem, let offset, _, _) {
      let line = offset.map { ":\(1 + yaml.utf8.prefix($0).count { $0 == UInt8(ascii: "\n") })" }
      throw ConfigurationError(
        location: location + (line ?? ""), problem: "not valid YAML: \(problem)")
    } catch {
      throw ConfigurationError(location: location, problem: "not valid YAML: \("\(error)".shown)")
    }
  }
}

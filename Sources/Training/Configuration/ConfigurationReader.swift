import Datasets
import Foundation

/// Reads a configuration strictly: every key must be known, of its type, and in its range.
///
/// Faults are collected rather than thrown, so that a misspelt key is reported as such and not as
/// the lack of the right one.
final class ConfigurationReader: ConfigurationVisitor {
  /// Sections that other commands know.
  private static let sectionsOfStudies = ["search", "halving", "evolution", "space"]

  private let document: ConfigurationDocument
  private let mayLackKeys: Bool
  private var lacksKeys = false
  private var knownSections: [String] = []
  private var structureFaults: [ConfigurationError] = []
  /// Those of ``structureFaults``, of which each section keeps one, and those like it.
  private var structureFaultCount = 0
  private var valueFaults: [ConfigurationError] = []

  private var section = ""
  private var entries: [ConfigurationDocument.Entry] = []
  private var knownKeys: [String] = []
  /// When keys belong to this section that do not as it is.
  private var conditions: [String: [String]] = [:]
  /// Why the keys that are visited do not belong to this section.
  private var unmetCondition: String?
  /// Those that may belong to it or not, because what they depend on is wrong.
  private var undecidedKeys: Set<String> = []
  private var isDecided = true
  private var faultyKeys: Set<String> = []

  /// - Parameter mayLackKeys: Whether keys may be missing that a run needs.
  init(_ document: ConfigurationDocument, mayLackKeys: Bool = false) {
    self.document = document
    self.mayLackKeys = mayLackKeys
  }

  /// Throws the fault that explains most, if there is one; called when every section was visited.
  func finish() throws(ConfigurationError) {
    let allowed = knownSections + [ConfigurationDocument.baseKey]
    let unknown = document.sections.filter { !knownSections.contains($0.name) }
    let unknownSection = unknown.first.map {
      ConfigurationError(
        location: document.location($0.name), key: $0.name,
        problem: Self.sectionsOfStudies.contains($0.name)
          ? "is a section of studies; start this with effnet search, or leave it out"
          : "unknown section\($0.name.suggestion(from: allowed)); "
            + "allowed: \(allowed.joined(separator: ", "))")
    }
    if let fault = unknownSection ?? structureFaults.first {
      // What a misspelt key lacks is no fault of its own.
      throw fault.with(more: unknown.count + structureFaultCount - 1)
    }
    if let fault = valueFaults.first { throw fault }
  }

  func section(_ name: String, _ visit: () -> Void) {
    knownSections.append(name)
    section = name
    knownKeys = []
    conditions = [:]
    undecidedKeys = []
    faultyKeys = []
    entries = []
    do throws(ConfigurationError) {
      entries = try document.entries(of: name)
    } catch {
      structureFaults.append(error)
      structureFaultCount += 1
    }
    visit()
    let unknown = entries.filter {
      // Null is what a key has that does not belong here.
      !knownKeys.contains($0.name) && !undecidedKeys.contains($0.name)
        && !($0.value.isNull && conditions[$0.name] != nil)
    }
    guard let entry = unknown.first else { return }
    structureFaults.append(
      ConfigurationError(
        location: document.location(name, entry), key: "\(name).\(entry.name)",
        problem: problem(ofUnknown: entry.name)))
    structureFaultCount += unknown.count
  }

  private func problem(ofUnknown key: String) -> String {
    if let conditions = conditions[key] {
      return "only \(conditions.joined(separator: " or ")); change that, or leave this out"
    }
    return "unknown key\(key.suggestion(from: knownKeys + conditions.keys.sorted())); "
      + "allowed: \(knownKeys.joined(separator: ", "))"
  }

  func value<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange, default: Value?
  ) {
    guard belongs(key) else { return }
    value = read(key, allowed) ?? `default` ?? value
  }

  func required<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange
  ) {
    guard belongs(key) else { return }
    value = read(key, allowed) ?? value
    if !isGiven(key, in: section) {
      lack(key, "\(Value.expectation), allowed: \(allowed)")
    }
  }

  func optional<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value?, _ allowed: AllowedRange
  ) {
    guard belongs(key) else { return }
    value = read(key, allowed)
  }

  func paths(_ key: String, _ value: inout [String], isRequired: Bool) {
    guard belongs(key) else { return }
    let list: StringList? = read(key, .any)
    let folder = folder(of: key)
    value = list?.strings.map { ShardPath.resolved($0, in: folder) } ?? []
    if isRequired && (!isGiven(key, in: section) || list?.strings == []) {
      lack(key, StringList.expectation)
    }
  }

  func path(_ key: String, _ value: inout String?) {
    guard belongs(key) else { return }
    let text: String? = read(key, .any)
    let folder = URL(fileURLWithPath: folder(of: key))
    value = text.map {
      ($0.hasPrefix("/") ? URL(fileURLWithPath: $0) : folder.appending(path: $0))
        .standardizedFileURL.path
    }
  }

  private func folder(of key: String) -> String {
    entries.first { $0.name == key }.map { document.folder(of: $0, in: section).path } ?? ""
  }

  func only(_ condition: String, given key: String, _ holds: Bool, _ visit: () -> Void) {
    isDecided = !faultyKeys.contains(key)
    unmetCondition = holds ? nil : condition
    visit()
    isDecided = true
    unmetCondition = nil
  }

  /// Whether the key that is visited belongs to its section.
  private func belongs(_ key: String) -> Bool {
    guard let unmetCondition else {
      knownKeys.append(key)
      return true
    }
    if !isDecided { undecidedKeys.insert(key) }
    conditions[key, default: []].append(unmetCondition)
    return false
  }

  func require(
    _ holds: @autoclosure () -> Bool, _ section: String, _ key: String,
    _ problem: @autoclosure () -> String
  ) {
    guard mayCompare && !holds() else { return }
    fail(
      section, key,
      isGiven(key, in: section) ? problem() : "is not given, and its default \(problem())")
  }

  func requireOne(
    _ section: String, of first: (key: String, isGiven: Bool),
    or second: (key: String, isGiven: Bool)
  ) {
    guard first.isGiven == second.isGiven else { return }
    if !first.isGiven && mayLackKeys { lacksKeys = true }
    guard mayCompare else { return }
    if first.isGiven {
      fail(
        section, second.key,
        "give exactly one of \(first.key) and \(second.key) (null takes one back)")
    } else {
      fail(section, first.key, "is missing; give this or \(second.key)")
    }
  }

  /// Whether every key by itself is right, so that keys can be compared with each other.
  private var mayCompare: Bool { valueFaults.isEmpty && structureFaults.isEmpty && !lacksKeys }

  private func fail(_ section: String, _ key: String, _ problem: String, element: Int? = nil) {
    valueFaults.append(
      ConfigurationError(
        location: document.location(section, entry(key, of: section), element: element),
        key: "\(section).\(key)", problem: problem))
  }

  private func entry(_ key: String, of section: String) -> ConfigurationDocument.Entry? {
    try? document.entries(of: section).first { $0.name == key }
  }

  private func isGiven(_ key: String, in section: String) -> Bool {
    entry(key, of: section).map { !$0.value.isNull } ?? false
  }

  /// The value of a key, or nothing where it is missing, null or wrong.
  private func read<Value: ConfigurationValue>(_ key: String, _ allowed: AllowedRange) -> Value? {
    guard let entry = entries.first(where: { $0.name == key }), !entry.value.isNull else {
      return nil
    }
    do throws(ConfigurationProblem) {
      return try Value(entry.value, allowed: allowed)
    } catch {
      fail(key, error.text, element: error.line)
      return nil
    }
  }

  /// A key that must be given is not.
  private func lack(_ key: String, _ expected: String) {
    if mayLackKeys {
      lacksKeys = true
    } else {
      fail(key, "is missing; give \(expected)")
    }
  }

  private func fail(_ key: String, _ problem: String, element: Int? = nil) {
    faultyKeys.insert(key)
    fail(section, key, problem, element: element)
  }
}

import Datasets
import Foundation

/// Reads a configuration strictly: every key must be known, of its type, and in its range.
///
/// Faults are collected rather than thrown, so that a misspelt key is reported as such and not as
/// the lack of the right one.
final class ConfigurationReader: ConfigurationVisitor {
  private let document: ConfigurationDocument
  private var knownSections: [String] = []
  private var structureFaults: [ConfigurationError] = []
  /// Those of ``structureFaults``, of which each section keeps one, and those like it.
  private var structureFaultCount = 0
  private var valueFaults: [ConfigurationError] = []

  private var section = ""
  private var entries: [ConfigurationDocument.Entry] = []
  private var knownKeys: [String] = []
  private var reason = ""
  private var isConditionKnown = true
  private var sectionFaults = 0

  init(_ document: ConfigurationDocument) {
    self.document = document
  }

  /// Throws the fault that explains most, if there is one; called when every section was visited.
  func finish() throws(ConfigurationError) {
    let allowed = knownSections + [ConfigurationDocument.baseKey]
    let unknown = document.sections.filter { !knownSections.contains($0.name) }
    let unknownSection = unknown.first.map {
      ConfigurationError(
        location: document.location($0.name), key: $0.name,
        problem: "unknown section\($0.name.suggestion(from: allowed)); "
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
    reason = ""
    isConditionKnown = true
    sectionFaults = 0
    entries = []
    do throws(ConfigurationError) {
      entries = try document.entries(of: name)
    } catch {
      structureFaults.append(error)
      structureFaultCount += 1
    }
    visit()
    guard isConditionKnown else { return }
    let unknown = entries.filter { !knownKeys.contains($0.name) }
    guard let entry = unknown.first else { return }
    structureFaults.append(
      ConfigurationError(
        location: document.location(name, entry), key: "\(name).\(entry.name)",
        problem: "unknown key\(reason)\(entry.name.suggestion(from: knownKeys)); "
          + "allowed: \(knownKeys.joined(separator: ", "))"))
    structureFaultCount += unknown.count
  }

  func value<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange, default: Value?
  ) {
    value = read(key, allowed) ?? `default` ?? value
  }

  func required<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange
  ) {
    value = read(key, allowed) ?? value
    if !isGiven(key) {
      fail(key, "is missing; give \(Value.expectation), allowed: \(allowed)")
    }
  }

  func optional<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value?, _ allowed: AllowedRange
  ) {
    value = read(key, allowed)
  }

  func paths(_ key: String, _ value: inout [String], isRequired: Bool) {
    let list: StringList? = read(key, .any)
    let folder = folder(of: key)
    value = list?.strings.map { ShardPath.resolved($0, in: folder) } ?? []
    if isRequired && (!isGiven(key) || list?.strings == []) {
      fail(key, "is missing; give \(StringList.expectation)")
    }
  }

  func path(_ key: String, _ value: inout String?) {
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

  func condition(_ reason: String) {
    self.reason = " " + reason
    isConditionKnown = sectionFaults == 0
  }

  func require(
    _ holds: @autoclosure () -> Bool, _ section: String, _ key: String,
    _ problem: @autoclosure () -> String
  ) {
    guard valueFaults.isEmpty && structureFaults.isEmpty && !holds() else { return }
    let entry = try? document.entries(of: section).first { $0.name == key }
    valueFaults.append(
      ConfigurationError(
        location: document.location(section, entry), key: "\(section).\(key)", problem: problem()))
  }

  private func isGiven(_ key: String) -> Bool {
    entries.contains { $0.name == key && !$0.value.isNull }
  }

  /// The value of a key, or nothing where it is missing, null or wrong.
  private func read<Value: ConfigurationValue>(_ key: String, _ allowed: AllowedRange) -> Value? {
    knownKeys.append(key)
    guard let entry = entries.first(where: { $0.name == key }), !entry.value.isNull else {
      return nil
    }
    do throws(ConfigurationProblem) {
      return try Value(entry.value, allowed: allowed)
    } catch {
      fail(key, error.text)
      return nil
    }
  }

  private func fail(_ key: String, _ problem: String) {
    sectionFaults += 1
    let entry = entries.first { $0.name == key }
    valueFaults.append(
      ConfigurationError(
        location: document.location(section, entry), key: "\(section).\(key)", problem: problem))
  }
}

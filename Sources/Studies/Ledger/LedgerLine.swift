import Boundary
import Crypto
import Datasets
import Foundation
import Training

/// A line of the file: what is told, and a check that it is whole and untouched.
package struct LedgerLine: Codable {
  /// What a session runs in, as results of another may have other bits, and what it asks.
  package struct Session: Codable, Equatable {
    let kind: StudyKind
    /// Digests of the training and the validation data.
    let dataDigests: [String]
    /// Classes and images of the data: whoever reads the ledger may not have them.
    let classes: Int
    let images: ImageCounts
    /// Hash of the program's file.
    let program: String
    /// Libraries that compute, with OpenBLAS' core type.
    let arithmetic: String
    /// What is tested, see `search.hypotheses`.
    let hypotheses: [String]
    /// Values of all other keys that may change from one session to the next.
    let extensible: [String: String]
    /// Results that the ledger had before it.
    let results: Int

    /// Whether results of both surely have the same bits.
    func hasBits(of other: Session) -> Bool {
      program == other.program && arithmetic == other.arithmetic
    }

    /// Whether it tells anything that the one before has not told.
    func isNews(after last: Session?) -> Bool {
      guard let last else { return true }
      return kind != last.kind || dataDigests != last.dataDigests || !hasBits(of: last)
        || asked != last.asked
    }

    /// What another one asks that is not what this one asks: each key with both values.
    func changes(to other: Session) -> [String] {
      changes(hypotheses: other.hypotheses, extensible: other.extensible)
    }

    /// The same of what a session would ask.
    func changes(hypotheses: [String], extensible: [String: String]) -> [String] {
      let (old, new) = (asked, Self.asked(hypotheses, extensible))
      return Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map { key in
        let values = [old[key], new[key]].map { $0 ?? "left out" }
        return "\(key) was \(values[0]) and is now \(values[1])"
      }
    }

    private var asked: [String: String] { Self.asked(hypotheses, extensible) }

    private static func asked(
      _ hypotheses: [String], _ extensible: [String: String]
    ) -> [String: String] {
      extensible.merging(
        ["search.hypotheses": "[" + hypotheses.joined(separator: ", ") + "]"]
      ) { $1 }
    }
  }

  package private(set) var session: Session?
  package private(set) var entry: LedgerEntry?
  private let check: String

  /// Whether a line that cannot be read seems to have told of a session.
  static func looksLikeSession(_ text: ArraySlice<UInt8>) -> Bool {
    String(decoding: text.prefix(128), as: UTF8.self).contains("\"session\":")
  }

  package init(_ session: Session) {
    self.session = session
    check = Self.check(Self.encoded(session))
  }

  package init(_ entry: LedgerEntry) {
    self.entry = entry
    check = Self.check(Self.encoded(entry))
  }

  /// Reads a line.
  ///
  /// - Returns: Nil unless it is whole and as it was written.
  package init?(_ text: some DataProtocol) {
    guard let line = try? JSONDecoder().decode(Self.self, from: Data(text)) else { return nil }
    switch (line.session, line.entry) {
    case (let session?, nil)
    where line.check == Self.check(Self.encoded(session)) && session.isSound:
      self = line
    case (nil, let entry?) where line.check == Self.check(Self.encoded(entry)) && entry.isSound:
      self = line
    default: return nil
    }
  }

  /// The line with its end.
  package var bytes: [UInt8] { Self.encoded(self) + [UInt8(ascii: "\n")] }

  private static func encoded(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers are finite, and there is nothing else that could be refused.
    return (try? encoder.encode(value)).map(Array.init) ?? []
  }

  private static func check(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).prefix(4).hexadecimal
  }
}

extension LedgerLine.Session {
  /// More than any data set has.
  private static let mostClasses = 1 << 24

  /// Whether its numbers can be those of data, wherever they come from.
  fileprivate var isSound: Bool {
    (1...Self.mostClasses).contains(classes)
      && [images.training, images.validation].allSatisfy((1...LedgerEntry.mostImages).contains)
      && (0...LedgerEntry.mostImages).contains(images.heldOut) && results >= 0
  }
}

extension LedgerEntry {
  /// More than any training sees, and few enough for sums over the lines of the largest file.
  fileprivate static let mostImages = 1 << 40
  /// More nats than any mean is that a number in single precision can hold.
  private static let largestLoss = 1e40

  /// Whether its numbers go together, wherever they come from.
  fileprivate var isSound: Bool {
    guard epochs > 0, (0...Self.mostImages).contains(images) else { return false }
    switch end {
    case .diverged:
      return images == 0 && correct == 0 && count == 0 && correctTop5 == nil && loss == nil
    case .done:
      return (1...Self.mostImages).contains(count) && (0...count).contains(correct)
        && loss.map { (0...Self.largestLoss).contains($0) } ?? false
        && (correct...count).contains(correctTop5 ?? correct)
        && correctness?.hits == correct
    }
  }
}

package import Foundation

extension JSONEncoder {
  /// An encoder for all numbers: those that are not finite are strings, `inf`, `-inf` and `nan`.
  package static func ofAnyNumber(_ formatting: OutputFormatting = []) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }
}

extension Encodable {
  /// One JSON text for people: keys sorted, a value a line, any number.
  package var prettyJSON: String {
    let encoder = JSONEncoder.ofAnyNumber([.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    do { return String(decoding: try encoder.encode(self), as: UTF8.self) } catch {
      preconditionFailure("\(Self.self) has no JSON: \(error)")
    }
  }
}

extension JSONDecoder {
  /// Reads what `JSONEncoder.ofAnyNumber` has written.
  package static func ofAnyNumber() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

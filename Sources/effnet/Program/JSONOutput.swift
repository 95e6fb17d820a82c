import Boundary
import Foundation

/// Prints one JSON object on standard output: keys sorted, nothing else.
func printJSON(_ object: some Encodable) throws {
  let encoder = JSONEncoder.ofAnyNumber([.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
  print(String(decoding: try encoder.encode(object), as: UTF8.self).shownJSON)
}

/// How many images a study trains on, holds out, and validates on.
package struct ImageCounts: Codable, Sendable, Equatable {
  package let training, heldOut, validation: Int
}

/// A hypothesis that cannot be tested, because both of its directions have led to one network.
package struct Coincidence: Codable, Sendable, Equatable {
  package let hypothesis: String
  package let network: String
}

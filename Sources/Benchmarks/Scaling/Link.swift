import Foundation

/// What joins two ranks: a message of S bytes takes latency + S · secondsPerByte, both ways at
/// once.
package struct Link: Sendable, Codable, Equatable {
  package var name: String
  /// α: seconds of an empty message from one program to the other.
  package var latency: Double
  /// β: seconds for a byte.
  package var secondsPerByte: Double

  package init(name: String, latency: Double, secondsPerByte: Double) {
    self.name = name
    self.latency = latency
    self.secondsPerByte = secondsPerByte
  }

  /// Share of an Ethernet link's bits that carry data over TCP: 1,448 of each 1,538 bytes, preamble
  /// and gap included.
  static let ethernetShare = 1448.0 / 1538.0

  /// Reads `100us,1gbit`: latency in ns, us, ms or s, and rate in kbit, mbit or gbit a second.
  ///
  /// - Returns: Nil for anything else, and beyond 60 s, 1 kbit/s and 10⁶ Gbit/s, which no link has
  ///   and whose times a simulation cannot count.
  package init?(_ text: String) {
    let parts = text.lowercased().split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2,
      let latency = Self.number(parts[0], [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1)]),
      let rate = Self.number(parts[1], [("kbit", 1e3), ("mbit", 1e6), ("gbit", 1e9)]),
      (0...60).contains(latency), (1e3...1e15).contains(rate)
    else { return nil }
    self.init(
      name: text, latency: latency, secondsPerByte: 8 / (rate * Self.ethernetShare))
  }

  private static func number(_ text: Substring, _ units: [(name: String, factor: Double)])
    -> Double?
  {
    guard let unit = units.first(where: { text.hasSuffix($0.name) }),
      let value = Double(text.dropLast(unit.name.count)), value.isFinite
    else { return nil }
    return value * unit.factor
  }

  /// The link that measured messages are nearest to, by the squares of relative errors.
  ///
  /// - Parameter samples: Bytes and seconds of messages of different sizes.
  /// - Returns: Nil for fewer than two sizes.
  package init?(name: String, fitting samples: [(bytes: Int, seconds: Double)]) {
    // Minimises Σ ((α + β·S)/t − 1)², linear in both.
    var (uu, uv, vv, u1, v1) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for sample in samples where sample.seconds > 0 {
      let (u, v) = (1 / sample.seconds, Double(sample.bytes) / sample.seconds)
      (uu, uv, vv, u1, v1) = (uu + u * u, uv + u * v, vv + v * v, u1 + u, v1 + v)
    }
    let determinant = uu * vv - uv * uv
    guard determinant > 1e-12 * uu * vv else { return nil }
    self.init(
      name: name, latency: max(0, (u1 * vv - v1 * uv) / determinant),
      secondsPerByte: max(0, (v1 * uu - u1 * uv) / determinant))
  }

  /// Seconds of a message.
  package func seconds(bytes: Double) -> Double { latency + bytes * secondsPerByte }

  /// Networks that predictions are made for: rates as sold, latencies as MPI programs see them.
  package static let named = [
    Link(
      name: "1 Gbit/s Ethernet, 50 µs", latency: 50e-6, secondsPerByte: 8 / (1e9 * ethernetShare)),
    Link(
      name: "10 Gbit/s Ethernet, 20 µs", latency: 20e-6,
      secondsPerByte: 8 / (10e9 * ethernetShare)),
    Link(name: "100 Gbit/s InfiniBand, 2 µs", latency: 2e-6, secondsPerByte: 8 / 100e9),
  ]
}

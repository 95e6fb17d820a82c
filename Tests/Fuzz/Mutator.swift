import Tensors

/// The random source of one mutant, and what it does to bytes; a function of (seed, surface,
/// number).
struct Mutator {
  private var random: CounterRandom

  init(seed: UInt64, surface: Int, number: Int) {
    random = CounterRandom(seed: seed, epoch: surface, sample: number, purpose: .synthetic)
  }

  /// Numbers at which sizes, counts and offsets go wrong.
  private static let edges: [UInt64] = [
    0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, 1 << 33,
    1 << 40, 1 << 48, 1 << 62, (1 << 63) - 1, 1 << 63, .max - 1, .max,
  ]

  mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(1, limit))) }
  mutating func chance(_ share: Double) -> Bool { random.uniform() < share }
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// Changes an example in one to eight places.
  ///
  /// - Parameters:
  ///   - kept: A range that is left alone, as it is checked by its own means.
  ///   - words: Inserted now and then.
  mutating func mutate(_ bytes: inout [UInt8], kept: Range<Int> = 0..<0, words: [[UInt8]]) {
    for _ in 0..<pick([1, 1, 1, 2, 3, 5, 8]) {
      guard let place = place(in: bytes, kept: kept) else { return }
      change(&bytes, at: place, words)
    }
    if chance(0.05) { bytes.removeLast(below(bytes.count)) }
    if chance(0.03) { bytes += (0..<1 + below(64)).map { UInt8(truncatingIfNeeded: $0) } }
  }

  /// Where zero bytes fill up most of a file, what matters is elsewhere.
  private mutating func place(in bytes: [UInt8], kept: Range<Int>) -> Int? {
    for _ in 0..<64 {
      let place = below(bytes.count)
      if bytes.isEmpty || kept.contains(place) { continue }
      if bytes[place] != 0 || chance(0.1) { return place }
    }
    return nil
  }

  private mutating func change(_ bytes: inout [UInt8], at place: Int, _ words: [[UInt8]]) {
    switch below(words.isEmpty ? 9 : 11) {
    case 0, 1: bytes[place] ^= 1 << UInt8(below(8))
    case 2: bytes[place] = pick([0, 1, 127, 128, 255, UInt8(below(256))])
    case 3: write(pick(Self.edges), pick([2, 4, 8]), &bytes, at: place, isBigEndian: false)
    case 4: write(pick(Self.edges), pick([2, 4]), &bytes, at: place, isBigEndian: true)
    case 5:
      let start = place & ~7
      let old = (0..<8).reduce(UInt64(0)) {
        start + $1 < bytes.count ? $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) : $0
      }
      let step = pick([-1, 1, 8, -8, 512, 1 << 20, 1 << 40])
      write(old &+ UInt64(bitPattern: Int64(step)), 8, &bytes, at: start, isBigEndian: false)
    case 6:
      let source = below(bytes.count)
      let count = min(pick([4, 8, 16, 32, 64, 256]), bytes.count - max(source, place))
      bytes.replaceSubrange(place..<place + count, with: Array(bytes[source..<source + count]))
    case 7:
      let count = min(pick([1, 2, 8, 64]), bytes.count - place)
      bytes.replaceSubrange(place..<place + count, with: repeatElement(0, count: count))
    case 8:
      let count = min(pick([1, 2, 4, 16]), bytes.count - place)
      if chance(0.5) {
        bytes.removeSubrange(place..<place + count)
      } else {
        bytes.insert(contentsOf: Array(bytes[place..<place + count]), at: place)
      }
    default: bytes.insert(contentsOf: pick(words), at: place)
    }
  }

  private func write(
    _ value: UInt64, _ size: Int, _ bytes: inout [UInt8], at place: Int, isBigEndian: Bool
  ) {
    for index in 0..<min(size, bytes.count - place) {
      let shift = UInt64(8 * (isBigEndian ? size - 1 - index : index))
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }
}

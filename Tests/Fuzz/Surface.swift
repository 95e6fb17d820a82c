/// What arrives from outside in one form, and the part of the program that takes it.
protocol Surface: SendableMetatype {
  /// What arguments and the history call it.
  static var name: String { get }

  /// Makes the examples.
  ///
  /// - Parameter place: A file that the surface may write to.
  init(place: String) throws

  /// What the program itself writes, or is made to read.
  var examples: [[UInt8]] { get }

  /// Words that mean something in this form, put into mutants now and then.
  var words: [[UInt8]] { get }

  /// Bytes of an example that are left alone: a checksum of their own tells every change of them.
  func kept(example: Int) -> Range<Int>

  /// Mends what would be noticed first: checksums and seals.
  func seal(_ mutant: inout [UInt8], example: Int, _ random: inout Mutator) throws

  /// Has the program take a mutant.
  ///
  /// - Throws: ``Violation`` where it takes what it should not; anything else is a refusal.
  func feed(_ mutant: [UInt8]) throws
}

extension Surface {
  var words: [[UInt8]] { [] }
  func kept(example: Int) -> Range<Int> { 0..<0 }
  func seal(_ mutant: inout [UInt8], example: Int, _ random: inout Mutator) throws {}
}

/// The program took something that is not what it says.
struct Violation: Error, CustomStringConvertible {
  let description: String
}

/// All surfaces, in the order of their turns.
let surfaces: [any (Surface & SendableMetatype).Type] = [
  ShardSurface.self, CheckpointSurface.self, HDF5Surface.self, PictureSurface.self,
  ConfigurationSurface.self, HostFileSurface.self, MessageSurface.self,
]

import Boundary
import Datasets
import Foundation
import HDF5

/// HDF5 files of others, as they are packed.
struct HDF5Surface: Surface {
  static let name = "hdf5"
  let examples: [[UInt8]]
  private let place: String
  private let checksums: [Checksums]

  /// How deep groups are looked into: they may be members of themselves.
  private static let depthLimit = 6

  init(place: String) throws {
    self.place = place
    let file = try HDF5File(creating: place)
    try file.write((0..<96).map(UInt8.init), to: "images", shape: [6, 4, 4, 1])
    try file.write([0, 1, 2, 0, 1, 2] as [Int64], to: "labels", shape: [6])
    try file.setAttribute("classes", to: ["a", "b", "c"])
    try file.setAttribute("source", to: "made up")
    try file.close()
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "HDF5Tests/Fixtures")
    let others = try FileManager.default.contentsOfDirectory(atPath: fixtures.path).sorted()
      .filter { $0.hasSuffix(".h5") }
    examples = try ([place] + others.map { fixtures.appending(path: $0).path }).map {
      try RegularFile($0).contents(limit: .max)
    }
    checksums = examples.map(Checksums.init)
  }

  /// The library reads no structure whose checksum is not its own: most mutants get theirs anew.
  func seal(_ mutant: inout [UInt8], example: Int, _ random: inout Mutator) {
    if random.chance(0.9) { checksums[example].renew(in: &mutant) }
  }

  func feed(_ mutant: [UInt8]) throws {
    try Data(mutant).write(to: URL(filePath: place))
    try? walk(HDF5File(reading: place), "", depth: 0)
    let source = try HDF5Source(path: place)
    let size = source.height * source.width * source.channels
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
    defer { pixels.deallocate() }
    for image in source.labels.indices { try source.read(image, into: pixels) }
  }

  /// Reads whatever a file has.
  private func walk(_ file: HDF5File, _ group: String, depth: Int) throws {
    guard depth < Self.depthLimit else { return }
    for child in try file.children(of: group.isEmpty ? "/" : group) {
      let path = "\(group)/\(child)"
      try? walk(file, path, depth: depth + 1)
      for name in ["classes", "source", "format"] {
        _ = try? file.attribute(name, of: path, as: [String].self)
        _ = try? file.attribute(name, of: path, as: [Int].self)
      }
      _ = try? file.read(path, as: Float.self, converting: true)
      _ = try? file.read(path, as: Int64.self, converting: true)
      _ = try? file.readStrings(path)
      _ = try? file.requireStored(path)
      _ = try? file.placement(of: path)
    }
  }
}

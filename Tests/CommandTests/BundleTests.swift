import Foundation
import XCTest

/// What `Cluster/bundle` packs, on nodes that lack something.
final class BundleTests: TrainingTestCase {
  /// Lays out a bundle with the program as it was built here, with some bytes replaced.
  private func layOut(_ name: String, replacing replacements: [(String, String)] = []) throws {
    try copyScripts(["launch", "check"], to: name)
    try FileManager.default.createDirectory(
      atPath: path("\(name)/bin"), withIntermediateDirectories: false)
    var program = try Data(contentsOf: Command.program)
    for (old, new) in replacements {
      let place = try XCTUnwrap(program.range(of: Data("\0\(old)\0".utf8)), old)
      program.replaceSubrange(place, with: Data("\0\(new)\0".utf8))
    }
    try program.write(to: URL(fileURLWithPath: path("\(name)/bin/effnet")))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: path("\(name)/bin/effnet"))
    try write(
      "libpng96.so.16 libpng16-16\nlibturbojpeg.so.0 libturbojpeg0\nmpirun openmpi-bin\n",
      to: "\(name)/needs")
  }

  private func launch(
    _ name: String, searching tools: String? = nil
  ) throws -> (code: Int32, errors: String) {
    var command = [path("\(name)/Cluster/launch"), "small.yaml", "--dry-run"]
    if let tools { command = ["env", "PATH=\(path(tools))"] + command }
    return try execute(command)
  }

  /// The name under which the program of this system asks for HDF5.
  private func nameOfHDF5() throws -> String {
    let program = try Data(contentsOf: Command.program)
    let start = try XCTUnwrap(program.range(of: Data("\0libhdf5".utf8))).lowerBound + 1
    return String(decoding: program[start...].prefix { $0 != 0 }, as: UTF8.self)
  }

  func testStartsWithoutBuilding() throws {
    try prepare()
    try layOut("whole")
    let outcome = try launch("whole")
    XCTAssertEqual(outcome.code, 0, outcome.errors)
    XCTAssertEqual(outcome.errors, "")
  }

  func testWhatANodeLacksIsToldWithItsPackage() throws {
    try prepare()
    try layOut("lacking", replacing: [("libpng16.so.16", "libpng96.so.16")])
    let lacking = try launch("lacking")
    XCTAssertEqual(lacking.code, 2)
    XCTAssertTrue(
      lacking.errors.hasSuffix(
        " lacks libpng96.so.16; on Debian: apt-get install libpng16-16\n"), lacking.errors)
    XCTAssertEqual(lacking.errors.split(separator: "\n").count, 1, lacking.errors)

    let name = try nameOfHDF5()
    let other = name.dropLast() + "X"
    try layOut("unknown", replacing: [(name, String(other))])
    let unknown = try launch("unknown")
    XCTAssertEqual(unknown.code, 2)
    XCTAssertTrue(
      unknown.errors.hasSuffix(" lacks \(other); install it\n"), unknown.errors)

    // A machine with what the script calls, and no mpirun.
    try layOut("alone")
    try FileManager.default.createDirectory(
      atPath: path("tools"), withIntermediateDirectories: false)
    for tool in ["bash", "dirname", "head", "hostname", "ldd", "realpath", "sed"] {
      let place = try XCTUnwrap(
        ["/usr/bin/", "/bin/"].map { $0 + tool }
          .first { FileManager.default.isExecutableFile(atPath: $0) }, tool)
      try FileManager.default.createSymbolicLink(
        atPath: path("tools/\(tool)"), withDestinationPath: place)
    }
    let alone = try launch("alone", searching: "tools")
    XCTAssertEqual(alone.code, 2)
    XCTAssertTrue(
      alone.errors.hasSuffix(" lacks mpirun; on Debian: apt-get install openmpi-bin\n"),
      alone.errors)
  }

  func testANodeThatIsOlderThanTheBundleIsToldSo() throws {
    try prepare()
    try layOut("newer", replacing: [("GLIBC_2.34", "GLIBC_9.34")])
    let newer = try launch("newer")
    XCTAssertEqual(newer.code, 2)
    XCTAssertEqual(newer.errors.split(separator: "\n").count, 1, newer.errors)
    XCTAssertTrue(
      newer.errors.contains("version GLIBC_9.34 not found; make the bundle on the oldest"),
      newer.errors)
  }
}

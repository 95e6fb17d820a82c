import Kernels
import XCTest

final class InstructionSetTests: XCTestCase {
  func testWhatThisProgramUsesIsThere() {
    XCTAssertEqual(InstructionSet.missing, [])
    XCTAssertGreaterThanOrEqual(InstructionSet.processor, InstructionSet.compiled)
  }

  func testEveryInstructionThatIsMissingIsNamed() {
    let compiled = InstructionSet.compiledNames
    for name in compiled {
      XCTAssertEqual(InstructionSet.missing(compiled, on: compiled.subtracting([name])), [name])
    }
    XCTAssertEqual(InstructionSet.missing(["avx2", "fma", "avx512_vnni"], on: ["fma"]).count, 2)
  }

  /// A name that Linux does not know would keep a good program from starting.
  func testTheNamesAreThoseOfLinux() throws {
    let flags = InstructionSet.processorNames
    try XCTSkipIf(flags.isEmpty, "/proc/cpuinfo names no instructions here")
    XCTAssertTrue(InstructionSet.compiledNames.isSubset(of: flags))
  }
}

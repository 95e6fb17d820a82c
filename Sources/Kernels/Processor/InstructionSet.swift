import CProcessor
import Glibc

/// The vector instructions that kernels and OpenBLAS use, and those that the processor has.
public enum InstructionSet: Int, Sendable, Comparable {
  /// SSE2: every x86-64 processor, and every other architecture.
  case baseline
  /// AVX2 and FMA: x86-64-v3.
  case avx2
  /// AVX-512 F, DQ, BW and VL: x86-64-v4.
  case avx512

  /// Orders by what a processor must have.
  public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }

  /// What the kernels were compiled for.
  public static var compiled: InstructionSet { InstructionSet(of: compiledNames) }

  /// What this processor has.
  public static var processor: InstructionSet { InstructionSet(of: processorNames) }

  /// Instructions that the compiler may have used and that this processor lacks, by their names in
  /// `/proc/cpuinfo`, sorted.
  public static var missing: [String] { missing(compiledNames, on: processorNames) }

  package static func missing(_ names: Set<String>, on processor: Set<String>) -> [String] {
    names.subtracting(processor).sorted()
  }

  package static var compiledNames: Set<String> {
    Set(String(cString: compiled_instructions()).split(separator: " ").map(String.init))
  }

  private init(of names: Set<String>) {
    self =
      names.isSuperset(of: ["avx512f", "avx512dq", "avx512bw", "avx512vl"])
      ? .avx512 : names.isSuperset(of: ["avx2", "fma"]) ? .avx2 : .baseline
  }

  /// The flags in `/proc/cpuinfo`; none where there are no such.
  package static var processorNames: Set<String> {
    guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0, let start = line {
      let text = String(cString: start)
      guard text.hasPrefix("flags") else { continue }
      return Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }
    return []
  }
}

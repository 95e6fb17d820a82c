import COpenBLAS

/// Which kernels OpenBLAS chose, and how many threads it may use.
public enum OpenBLAS {
  /// The core type OpenBLAS detected or was told, such as `SkylakeX`.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// Version, build options and core type in one line.
  public static var configuration: String {
    String(cString: openblas_get_config()).trimmingSpaces
  }

  /// The core type that suits `set` best, as the value of `OPENBLAS_CORETYPE`.
  ///
  /// OpenBLAS 0.3.21 does not know newer processors and falls back to SSE3 kernels, at a quarter of
  /// the speed. Among the AVX-512 types SkylakeX measured fastest.
  public static func bestCoreName(for set: InstructionSet) -> String? {
    switch set {
    case .avx512: "SkylakeX"
    case .avx2: "Haswell"
    case .baseline: nil
    }
  }

  /// Confines OpenBLAS to the calling thread: one rank is one core.
  public static func useOneThread() { openblas_set_num_threads(1) }
}

extension String {
  fileprivate var trimmingSpaces: String {
    split(separator: " ").joined(separator: " ")
  }
}

import Benchmarks

/// Measured kernels for people, a line each.
struct KernelTable {
  private static let columns = [
    "kernel", "shape", "time µs", "spread", "GFLOP/s", "GB/s", "share", "of", "difference",
  ]
  private let table: TextTable

  /// A table with room for these kernels.
  init(_ cases: [KernelCase]) {
    table = TextTable(
      leftColumns: 2,
      fitting: [Self.columns]
        + cases.map {
          [
            $0.name, $0.shape, "12345.67", "12.3 %", "123.4", "123.4", "123 %", "memory copy",
            "1.2e-07",
          ]
        })
  }

  /// The machine's rates and the names of the columns.
  func header(_ rates: KernelBenchmark.Rates) -> String {
    """
    One core: \(fixed(rates.sgemmGigaflops, 1)) GFLOP/s (SGEMM 1024³, OpenBLAS \
    \(rates.coreType)), copies \(fixed(1e-9 * rates.cacheCopyBytesPerSecond, 1)) GB/s in cache \
    and \(fixed(1e-9 * rates.memoryCopyBytesPerSecond, 1)) GB/s in memory

    \(table.line(Self.columns))
    """
  }

  /// One kernel.
  func line(_ kernel: KernelMeasurement) -> String {
    table.line([
      kernel.name, kernel.shape, fixed(1e6 * kernel.seconds, 2),
      fixed(100 * kernel.spread, 1) + " %", fixed(kernel.gigaflops, 1),
      fixed(1e-9 * kernel.bytesPerSecond, 1), fixed(100 * kernel.shareOfBound, 0) + " %",
      kernel.bound.rawValue, scientific(kernel.deviation),
    ])
  }
}

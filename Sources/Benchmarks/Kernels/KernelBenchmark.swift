package import Boundary
import Foundation
import Kernels

/// Checks kernels against their references and times them.
package struct KernelBenchmark: Sendable, Encodable {
  /// What bounds kernels on this machine.
  package struct Rates: Sendable, Encodable {
    /// Single-precision matrix rate: 1024³ by OpenBLAS, in 10⁹ operations a second.
    package let sgemmGigaflops: Double
    /// Bytes a second, read and written together, of copies within the second level of cache and
    /// in memory.
    package let cacheCopyBytesPerSecond, memoryCopyBytesPerSecond: Double
    /// What OpenBLAS runs.
    package let coreType: String

    /// Rates that are known.
    package init(
      sgemmGigaflops: Double, cacheCopyBytesPerSecond: Double, memoryCopyBytesPerSecond: Double,
      coreType: String
    ) {
      self.sgemmGigaflops = sgemmGigaflops
      self.cacheCopyBytesPerSecond = cacheCopyBytesPerSecond
      self.memoryCopyBytesPerSecond = memoryCopyBytesPerSecond
      self.coreType = coreType
    }

    /// Measures all of them.
    package init() {
      sgemmGigaflops = MachineRates.sgemm() * 1e-9
      cacheCopyBytesPerSecond = MachineRates.copy(bytes: MachineRates.withinCache)
      memoryCopyBytesPerSecond = MachineRates.copy(bytes: MachineRates.beyondCache)
      coreType = OpenBLAS.coreName
    }
  }

  /// A kernel that does not compute what its reference computes.
  package struct WrongKernel: Fault {
    package let faultKind = FaultKind.check
    /// Name, shape, difference and tolerance in one line.
    package let description: String
  }

  /// What bounds kernels.
  package let rates: Rates
  /// The kernels in the order of their cases.
  package private(set) var kernels: [KernelMeasurement] = []

  /// Checks and times `cases` one after the other, on one thread.
  ///
  /// - Parameter report: Called with each of them.
  /// - Throws: ``WrongKernel`` at the first kernel that is wrong.
  package init(
    _ cases: [KernelCase], rates: Rates = Rates(), report: (KernelMeasurement) -> Void = { _ in }
  ) throws(WrongKernel) {
    OpenBLAS.useOneThread()
    self.rates = rates
    for kernel in cases {
      let deviation = kernel.check()
      guard deviation.holds else {
        throw WrongKernel(
          description: String(
            format: "%@, %@, is wrong: it differs from its reference by %.1e of the largest value, "
              + "%.1e is allowed", kernel.name, deviation.shape, deviation.largest,
            deviation.tolerance))
      }
      let measurement = KernelMeasurement(kernel, deviation, rates: rates)
      kernels.append(measurement)
      report(measurement)
    }
  }

  /// All operations of a step, on shapes of B0 at 224 × 224, fused blocks on those of V2-S at 300 ×
  /// 300.
  package static var cases: [KernelCase] {
    DepthwiseCases.all + StandardConvolutionCases.all + ProductCases.all + ActivationCases.all
      + StatisticsCases.all + SqueezeExcitationCases.all + UpdateCases.all
  }
}

import Tensors

/// One operation on one shape: how to check it against its plain reference, and how to run it.
package struct KernelCase {
  /// Where the operands of a run are.
  package enum Residence: String, Sendable, Encodable {
    /// In the cache of the second level: every run has the same ones, as a tile has.
    case cache
    /// In memory: runs take turns through more copies than the caches hold, as whole tensors do.
    case memory
  }

  /// Name of the operation.
  package let name: String
  /// Sizes.
  package let shape: String
  /// Operations of one run: two for a multiply-add of a convolution or product; where there is
  /// none, those of the formula for every element, a sigmoid or an exponential counted as one.
  package let operations: Int
  /// Bytes of tensors that one run reads and writes, each once.
  package let bytes: Int
  /// Where they are.
  package let residence: Residence
  /// Compares the kernel with its reference.
  package let check: () -> Deviation
  /// Makes operands and returns what runs the kernel once.
  package let prepare: () -> () -> Void

  /// A kernel with its operands.
  package struct Trial {
    /// Runs the kernel once.
    package let run: () -> Void
    /// After the first run: what is there, and what should be.
    package let outcome: () -> [(actual: [Double], expected: [Double])]

    /// Bundles both.
    package init(
      run: @escaping () -> Void,
      outcome: @escaping () -> [(actual: [Double], expected: [Double])]
    ) {
      self.run = run
      self.outcome = outcome
    }
  }

  /// A case that is checked on a small odd shape and on the one that is timed.
  ///
  /// - Parameters:
  ///   - checked: A part of the shape to check instead of all of it.
  ///   - tolerance: Largest difference allowed, as a share of the largest value expected.
  ///   - floats: Of tensors that a run reads and writes.
  ///   - trial: Makes operands of a shape.
  package init<Shape: CustomStringConvertible>(
    _ name: String, _ shape: Shape, small: Shape, checked: Shape? = nil, in residence: Residence,
    tolerance: Double, operations: Int, floats: Int,
    trial: @escaping (Shape, Operands) -> Trial
  ) {
    let bytes = floats * MemoryLayout<Float>.stride
    self.name = name
    self.shape = "\(shape)"
    self.operations = operations
    self.bytes = bytes
    self.residence = residence
    check = {
      let deviations = [small, checked ?? shape].map { shape in
        let operands = Operands(copies: 1)
        // Kernels see pointers only.
        return withExtendedLifetime(operands) {
          let trial = trial(shape, operands)
          trial.run()
          return Deviation(shape: "\(shape)", trial.outcome(), tolerance: tolerance)
        }
      }
      return deviations.first { !$0.holds } ?? deviations[1]
    }
    prepare = {
      let copies = residence == .memory ? MachineRates.beyondCache / bytes + 1 : 1
      let operands = Operands(copies: copies)
      let trial = trial(shape, operands)
      return {
        trial.run()
        operands.turn()
      }
    }
  }
}

internal import Boundary

/// Where the time of a step goes, in laps that follow each other without a gap.
///
/// Whoever has done a piece of work calls ``lap(_:_:_:read:written:multiplyAdds:)``, which gives
/// the time since the lap before to that work: the laps of a step add up to the step whatever was
/// left out. A lap takes no memory; all of it is reserved here.
///
/// Beside the time stand the floats that were read from and written to *tensors*: activations and
/// their gradients, one value for every pixel of every image of the rank, and the arenas where they
/// are gone through as a whole. What an operation touches counts once, however often it reads it.
/// Tiles, planes and other scratch that each tile or image uses anew stay in the cache and do not
/// count, nor do the weights of a product. Multiply-adds are those of convolutions and products as
/// they are executed, what is computed again included; elementwise arithmetic has none.
package final class StepProfile {
  /// Kinds of work, in the order in which a step comes to them.
  package enum Operation: Int, CaseIterable, Sendable {
    case randomness, stem, blockInput, standardConvolution, inputCovariance, expansion
    case expandedDepthwise, depthwise
    case activation, squeeze, projection, channelSums, normalizationGradient, statistics
    case head, loss, gradientExchange, optimizer, runningStatistics, waiting

    /// What it is called in tables.
    package var name: String {
      switch self {
      case .randomness: "dropout and drop-path draws"
      case .stem: "stem convolution"
      case .blockInput: "block input, residual"
      case .standardConvolution: "k×k convolution"
      case .inputCovariance: "input covariance"
      case .expansion: "expansion"
      case .expandedDepthwise: "expansion + depthwise, fused"
      case .depthwise: "depthwise"
      case .activation: "activation and gate"
      case .squeeze: "squeeze-and-excitation"
      case .projection: "projection"
      case .channelSums: "channel sums and store"
      case .normalizationGradient: "batch-norm gradient"
      case .statistics: "statistics and exchange"
      case .head: "head and classifier"
      case .loss: "loss"
      case .gradientExchange: "gradient tree and exchange"
      case .optimizer: "optimizer"
      case .runningStatistics: "running statistics"
      case .waiting: "waiting for other ranks"
      }
    }
  }

  /// Parts of a step.
  package enum Phase: Int, CaseIterable, Sendable {
    case forward, backward, update
  }

  /// Which part of the network it is done for.
  package enum Place: Sendable {
    case stem
    case block(Int)
    case head
    /// The step as a whole.
    case step

    init(_ role: Unit.Role) {
      switch role {
      case .stem: self = .stem
      case .block(let index): self = .block(index)
      case .head: self = .head
      }
    }

    @inline(__always)
    fileprivate func index(blockCount: Int) -> Int {
      switch self {
      case .stem: 0
      case .block(let index): 1 + index
      case .head: 1 + blockCount
      case .step: 2 + blockCount
      }
    }
  }

  /// All laps of one operation, phase and place.
  package struct Cell: Sendable {
    package var nanoseconds = 0
    /// Floats.
    package var read = 0, written = 0
    package var multiplyAdds = 0
    package var laps = 0

    fileprivate static func += (sum: inout Cell, other: Cell) {
      sum.nanoseconds += other.nanoseconds
      sum.read += other.read
      sum.written += other.written
      sum.multiplyAdds += other.multiplyAdds
      sum.laps += other.laps
    }
  }

  /// One lap of the last step.
  package struct Event: Sendable {
    package let operation: Operation
    package let phase: Phase
    /// Index into ``placeNames(_:)``.
    package let place: Int
    /// From the beginning of the step.
    package let startNanoseconds: Int
    package let nanoseconds: Int
    /// Floats.
    package let read, written: Int
    package let multiplyAdds: Int
  }

  private let blockCount: Int
  private let cells: UnsafeMutableBufferPointer<Cell>
  private let recorded: UnsafeMutableBufferPointer<Event>
  private var recordedCount = 0
  private var start = 0
  private var last = 0

  /// - Parameter eventCapacity: Laps of a step to keep one by one, see ``lapCount``.
  package init(blockCount: Int, eventCapacity: Int = 0) {
    self.blockCount = blockCount
    let count = (blockCount + 3) * Operation.allCases.count * Phase.allCases.count
    cells = .allocate(capacity: count)
    recorded = .allocate(capacity: eventCapacity)
    cells.initialize(repeating: Cell())
  }

  deinit {
    cells.deallocate()
    recorded.deallocate()
  }

  private static func now() -> Int { Int(MonotonicTime.nanoseconds) }

  /// Begins a step.
  package func begin() {
    cells.update(repeating: Cell())
    recordedCount = 0
    start = Self.now()
    last = start
  }

  /// Ends a piece of work: all time since the lap before is its own.
  ///
  /// - Parameters:
  ///   - read, written: Floats of tensors.
  ///   - multiplyAdds: Of convolutions and products.
  @inline(never)
  package func lap(
    _ operation: Operation, _ phase: Phase, _ place: Place, read: Int = 0, written: Int = 0,
    multiplyAdds: Int = 0
  ) {
    let now = Self.now()
    let place = place.index(blockCount: blockCount)
    let index = Self.index(operation, phase, place)
    cells[index] += Cell(
      nanoseconds: now - last, read: read, written: written, multiplyAdds: multiplyAdds, laps: 1)
    if recordedCount < recorded.count {
      recorded.initializeElement(
        at: recordedCount,
        to: Event(
          operation: operation, phase: phase, place: place, startNanoseconds: last - start,
          nanoseconds: now - last, read: read, written: written, multiplyAdds: multiplyAdds))
      recordedCount += 1
    }
    last = now
  }

  private static func index(_ operation: Operation, _ phase: Phase, _ place: Int) -> Int {
    (place * Operation.allCases.count + operation.rawValue) * Phase.allCases.count + phase.rawValue
  }

  /// A step as it was, to be kept while the next one is measured.
  package struct Record: Sendable {
    fileprivate let cells: [Cell]

    /// Sums over some operations, phases and places, see ``placeNames(_:)``; over all of them
    /// unless they are given.
    package func total(
      of operations: [Operation] = Operation.allCases, in phases: [Phase] = Phase.allCases,
      at places: Range<Int>? = nil
    ) -> Cell {
      let count = cells.count / Operation.allCases.count / Phase.allCases.count
      var sum = Cell()
      for place in places ?? 0..<count {
        for operation in operations {
          for phase in phases { sum += cells[StepProfile.index(operation, phase, place)] }
        }
      }
      return sum
    }
  }

  /// The step since ``begin()``.
  package var record: Record { Record(cells: Array(cells)) }

  /// Laps since ``begin()``: the same in every step of the same shapes.
  package var lapCount: Int { cells.reduce(0) { $0 + $1.laps } }

  /// The laps since ``begin()`` one by one, as many as there is room for.
  package var events: [Event] { Array(recorded[..<recordedCount]) }

  /// Names of all places in the order of the step: the stem, the blocks, the head, the step itself.
  package static func placeNames(_ architecture: Architecture) -> [String] {
    ["stem"] + architecture.blocks.map(\.name) + ["head", "step"]
  }
}

public import Boundary
import Kernels
import Tensors

/// What two payloads of doubles are combined by.
public enum StatisticsKind: Sendable {
  /// `ChannelMoments`: counts, means and squared deviations.
  case moments
  /// `InputCovariance` of this many channels.
  case covariance(channels: Int)
  /// Plain sums.
  case sums

  /// Combines the right payload into the left one.
  public func combine(
    _ left: UnsafeMutablePointer<Double>, _ right: UnsafePointer<Double>, size: Int
  ) {
    switch self {
    case .moments: ChannelMoments.merge(into: left, right, size: size)
    case .covariance(let channels):
      InputCovariance.merge(into: left, right, channels: channels)
    case .sums: ChannelMoments.add(into: left, right, size: size)
    }
  }
}

/// A failure of the exchange between ranks.
public struct ExchangeError: Fault {
  /// One line that says what failed.
  public let description: String

  /// The ranks cannot talk to each other.
  public var faultKind: FaultKind { .rankLost }

  /// Wraps a message.
  public init(_ description: String) { self.description = description }
}

/// What the ranks tell each other in a step. The network knows no more of the other ranks.
public protocol Exchange: AnyObject {
  /// Replaces the payload of each local micro-batch by the total of its group in `plan`.
  ///
  /// - Parameters:
  ///   - leaves: `size` doubles for each local micro-batch. Overwritten.
  ///   - size: Doubles of a payload.
  ///   - kind: What two payloads are combined by.
  ///   - plan: The tree of batch-norm groups, or of the whole batch.
  ///   - microBatches: Those of this rank.
  func combine(
    _ leaves: UnsafeMutablePointer<Double>, size: Int, kind: StatisticsKind, plan: ReductionPlan,
    microBatches: Range<Int>
  ) throws(ExchangeError)

  /// How gradients are combined and carried.
  var transport: GradientTransport { get }

  /// Learns, once, where a network has its gradients.
  ///
  /// - Parameters:
  ///   - slots: One gradient of `size` floats for each subtree, in the order of `plan`.
  ///   - size: Floats of a gradient.
  ///   - plan: The tree of the whole batch.
  /// - Throws: Where the system has not the memory for what arrives.
  func takeGradients(
    _ slots: UnsafeMutablePointer<Float>, size: Int, plan: ReductionPlan) throws(MemoryShortage)

  /// Begins to replace the gradient of each subtree of this rank by that of the whole batch.
  func beginGradients()

  /// The gradients from `place` of every slot on are final and may leave.
  func release(gradientsFrom place: Int)

  /// Notes that work goes on where there is nothing to exchange.
  func advance()

  /// Lets gradients travel, without waiting; to be called between pieces of work.
  ///
  /// - Returns: Whether that took any time.
  func progress() -> Bool

  /// Waits for the gradients of the whole batch.
  ///
  /// - Throws: What went wrong since ``beginGradients()``.
  func finishGradients() throws(ExchangeError)
}

/// The exchange of a single rank: the tree over its own micro-batches.
public final class LocalExchange: Exchange {
  /// How gradients are combined.
  public let transport: GradientTransport

  /// An exchange with nobody.
  public init(transport: GradientTransport = .float32) { self.transport = transport }

  /// Replaces the payload of each local micro-batch by the total of its group.
  public func combine(
    _ leaves: UnsafeMutablePointer<Double>, size: Int, kind: StatisticsKind, plan: ReductionPlan,
    microBatches: Range<Int>
  ) {
    precondition(plan.steps.isEmpty, "a plan with other ranks needs an exchange between ranks")
    plan.combineLeaves(leaves, size: size, microBatches: microBatches) {
      kind.combine($0, $1, size: size)
    }
    plan.distribute(leaves, size: size, microBatches: microBatches)
  }

  /// Does nothing: the gradient of the only subtree is that of the whole batch.
  public func takeGradients(
    _ slots: UnsafeMutablePointer<Float>, size: Int, plan: ReductionPlan
  ) {
    precondition(plan.steps.isEmpty, "a plan with other ranks needs an exchange between ranks")
  }

  /// Does nothing.
  public func beginGradients() {}

  /// Does nothing.
  public func release(gradientsFrom place: Int) {}

  /// Does nothing.
  public func advance() {}

  /// Does nothing.
  public func progress() -> Bool { false }

  /// Does nothing.
  public func finishGradients() {}
}

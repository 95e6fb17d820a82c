import Kernels

/// A step of images through a network.
protocol ForwardStep: AnyObject {
  /// Takes over the weights of a batch, or of all batches to come.
  func prepare(_ work: Workspace)

  /// Computes the output of a run of images.
  func forward(_ work: Workspace, _ run: ImageRun)
}

/// A convolution at work: reads what stands in front of it, and leaves raw values.
///
/// It knows its input as a ``Source`` or a ``BlockInput``, never the type of what made it.
protocol Layer: ForwardStep {
  /// The batch normalisation behind it.
  var normalization: NormalizationLayer { get }

  /// Turns what the ranks have gathered in a batch into what readers apply.
  func normalize(_ work: Workspace, _ exchange: any Exchange) throws(ExchangeError)

  /// Takes over the weights of the way back.
  func prepareBackward(_ work: Workspace)

  /// The batch normalisation in front that it reads through; nil if it reads what is meant as it
  /// is.
  var sourceNormalization: NormalizationLayer? { get }

  /// Computes the gradients of its parameters and of what it reads over a micro-batch.
  func backward(_ pass: TrainingPass, _ run: ImageRun)
}

extension Layer {
  func prepare(_ work: Workspace) {}

  func normalize(_ work: Workspace, _ exchange: any Exchange) throws(ExchangeError) {
    try normalization.normalize(weights: work.weights.start, exchange: exchange)
  }

  func prepareBackward(_ work: Workspace) {}
}

/// What a depthwise convolution stands behind.
enum Source {
  /// Raw values, which it normalises and activates on the way.
  case raw(RawOutput)
  /// Rows as they are.
  case rows(BlockInput)
  /// An expansion, which it makes on the way.
  case expansion(RecomputedExpansion)
}

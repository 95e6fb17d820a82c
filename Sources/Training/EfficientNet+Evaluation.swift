import Networks

extension EfficientNet {
  /// A network that evaluates one micro-batch of `microBatchSize` images at a time, without the
  /// other ranks, with the averaged weights of `state` where there are any.
  convenience init(
    _ architecture: Architecture, evaluating state: ModelState, microBatchSize: Int
  ) {
    let evaluated = state.evaluated
    self.init(
      architecture, layout: BatchLayout(microBatchCount: 1, microBatchSize: microBatchSize),
      exchange: LocalExchange(), weights: evaluated.weights, statistics: evaluated.statistics,
      isTrainable: false)
  }
}

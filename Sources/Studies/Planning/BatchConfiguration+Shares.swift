import Training

extension BatchConfiguration {
  /// What the busiest of some ranks has of a round: its micro-batches are not cut.
  func largestShare(ofRanks ranks: Int) -> Double {
    Double((roundMicroBatchCount + ranks - 1) / ranks) / Double(roundMicroBatchCount)
  }
}

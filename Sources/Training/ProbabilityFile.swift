import Datasets
import HDF5
import Kernels
public import MPI
import Networks

/// Class probabilities of every image of a data set, as an HDF5 file for other tools.
///
/// `/probabilities` float32 `[N, K]` and `/labels` int32 `[N]`, in the order of the data set.
public enum ProbabilityFile {
  /// Runs a checkpoint on all ranks and writes what it says.
  ///
  /// - Parameters:
  ///   - data: Shards, a folder or a pattern; nil for the validation data of the run.
  ///   - target: Path of the file; rank 0 writes it.
  /// - Throws: When checkpoint or data are missing or damaged, or the file cannot be written.
  public static func write(
    _ target: String, checkpoint: String, data: String?, communicator: Communicator
  ) throws(TrainingError) {
    let model = try LoadedModel(checkpoint, data: data, communicator: communicator)
    let network = model.network
    let (classes, count) = (network.architecture.classes, model.pipeline.dataset.count)
    let order = EpochOrder(sampleCount: count, batchSize: model.configuration.batch.size)
    do {
      var rows = [Float](repeating: 0, count: count * classes)
      var labels = [Int32](repeating: 0, count: count)
      for batch in 0..<order.batchCount {
        _ = try DataFeed.load(
          order, batch: batch, epoch: 0, seed: 0, isTraining: false, from: model.pipeline,
          into: network)
        network.predict()
        let first = order.positions(ofBatch: batch).lowerBound
        for run in network.beginBatch(imageCount: order.positions(ofBatch: batch).count) {
          for (offset, position) in run.positions.enumerated() {
            let scores = network.logits(ofImage: run.firstImage + offset)
            guard let start = scores.baseAddress else { continue }
            SoftmaxCrossEntropy.probabilities(start, images: 1, classes: classes)
            for k in 0..<classes { rows[(first + position) * classes + k] = scores[k] }
            labels[first + position] = network.labels[run.firstImage + offset]
          }
        }
      }
      try gather(&rows, &labels, classes: classes, order, network, communicator)
      guard communicator.rank == 0 else { return }
      let file = try HDF5File(creating: target)
      try file.write(rows, to: "probabilities", shape: [count, classes])
      try file.write(labels, to: "labels", shape: [count])
      try file.close()
    } catch let error as HDF5Error {
      throw TrainingError(.output, "\(error)")
    } catch { throw TrainingError(error) }
  }

  /// Brings the rows of all ranks to rank 0, batch by batch.
  private static func gather(
    _ rows: inout [Float], _ labels: inout [Int32], classes: Int, _ order: EpochOrder,
    _ network: EfficientNet, _ communicator: Communicator
  ) throws {
    let partition = network.layout.partition
    for batch in 0..<order.batchCount {
      let positions = order.positions(ofBatch: batch)
      for rank in 1..<max(communicator.size, 1) {
        let local = partition.microBatches(of: rank)
        let first = partition.images(of: local.lowerBound, imageCount: positions.count).lowerBound
        let end = partition.images(of: local.upperBound - 1, imageCount: positions.count).upperBound
        let own = positions.lowerBound + first..<positions.lowerBound + end
        if own.isEmpty { continue }
        if communicator.rank == rank {
          try rows[own.lowerBound * classes..<own.upperBound * classes].withUnsafeBufferPointer {
            try communicator.send($0, to: 0)
          }
          let wide = own.map { Int64(labels[$0]) }
          try wide.withUnsafeBufferPointer { try communicator.send($0, to: 0) }
        } else if communicator.rank == 0 {
          var part = [Float](repeating: 0, count: own.count * classes)
          try part.withUnsafeMutableBufferPointer { try communicator.receive(into: $0, from: rank) }
          rows.replaceSubrange(own.lowerBound * classes..<own.upperBound * classes, with: part)
          var wide = [Int64](repeating: 0, count: own.count)
          try wide.withUnsafeMutableBufferPointer { try communicator.receive(into: $0, from: rank) }
          labels.replaceSubrange(own, with: wide.map(Int32.init))
        }
      }
    }
  }
}

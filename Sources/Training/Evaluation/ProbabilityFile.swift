import Glibc
import HDF5
import Kernels
import MPI
import Networks

/// Class probabilities of every image of a data set, as an HDF5 file for other tools.
///
/// `/probabilities` float32 `[N, K]` and `/labels` int32 `[N]`, in the order of the data set. Rank
/// 0 writes what the ranks compute in each round, so that none has room for more than a
/// micro-batch; until it is complete, the file has the name `….partial`.
final class ProbabilityFile {
  private let path: String
  private let shares: EvaluationShares
  private let group: TrainingGroup
  /// On rank 0.
  private let file: HDF5File?
  private var isPublished = false
  /// Room for the rows of a micro-batch, `[m, K]`, and for their labels.
  private let rowRoom: UnsafeMutableBufferPointer<Float>
  private let labelRoom: UnsafeMutableBufferPointer<Int32>
  private let classes: Int

  /// Begins a file for the images of `shares`.
  ///
  /// - Throws: When rank 0 cannot create it.
  init(
    _ path: String, _ shares: EvaluationShares, classes: Int, _ group: TrainingGroup
  ) throws(TrainingError) {
    self.path = path
    self.shares = shares
    self.classes = classes
    self.group = group
    file =
      group.isFirst ? try Self.writing(path, HDF5File(creating: path + ".partial")) : nil
    rowRoom = .allocate(capacity: shares.microBatchSize * classes)
    labelRoom = .allocate(capacity: shares.microBatchSize)
    guard let file else { return }
    let count = shares.imageCount
    try Self.writing(
      path, file.createDataset("probabilities", of: Float.self, shape: [count, classes]))
    try Self.writing(path, file.createDataset("labels", of: Int32.self, shape: [count]))
  }

  deinit {
    rowRoom.deallocate()
    labelRoom.deallocate()
    if file != nil, !isPublished { unlink(path + ".partial") }
  }

  /// Writes what all ranks have computed in a round; called by all of them.
  ///
  /// - Parameter network: Holds the scores of this rank's micro-batch, if it has one.
  /// - Throws: When ranks are lost; when rank 0 cannot write, which it tells after all have sent.
  func write(_ round: Int, from network: EvaluationNetwork) throws(TrainingError) {
    let own = images(of: group.rank, round)
    if let own { take(own.count, from: network) }
    guard let file else {
      guard let own else { return }
      return try group.exchange { communicator throws(MPIError) in
        try communicator.send(UnsafeBufferPointer(rows(own)), to: 0)
        try communicator.send(UnsafeBufferPointer(labels(own)), to: 0)
      }
    }
    var fault: TrainingError?
    for rank in 0..<group.size {
      guard let images = images(of: rank, round) else { continue }
      if rank > 0 {
        try group.exchange { communicator throws(MPIError) in
          try communicator.receive(into: rows(images), from: rank)
          try communicator.receive(into: labels(images), from: rank)
        }
      }
      if fault != nil { continue }
      do throws(TrainingError) {
        try Self.writing(
          path, file.write(UnsafeBufferPointer(rows(images)), to: "probabilities", rows: images))
        try Self.writing(
          path, file.write(UnsafeBufferPointer(labels(images)), to: "labels", rows: images))
      } catch { fault = error }
    }
    if let fault { throw fault }
  }

  /// Completes the file and gives it its name.
  ///
  /// - Throws: When it cannot be written, for example because the disk is full.
  func publish() throws(TrainingError) {
    guard let file else { return }
    try Self.writing(path, file.close())
    try Self.writing(path, HDF5File.publish(path + ".partial", as: path))
    isPublished = true
  }

  private func images(of rank: Int, _ round: Int) -> Range<Int>? {
    shares.microBatch(of: rank, round: round).map(shares.images(of:))
  }

  private func rows(_ images: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: rowRoom[..<(images.count * classes)])
  }

  private func labels(_ images: Range<Int>) -> UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(rebasing: labelRoom[..<images.count])
  }

  private func take(_ count: Int, from network: EvaluationNetwork) {
    for image in 0..<count {
      let row = UnsafeMutableBufferPointer(
        rebasing: rowRoom[image * classes..<(image + 1) * classes])
      _ = row.update(fromContentsOf: network.logits(ofImage: image))
      if let start = row.baseAddress {
        SoftmaxCrossEntropy.probabilities(start, images: 1, classes: classes)
      }
      labelRoom[image] = network.labels[image]
    }
  }

  private static func writing<Value>(
    _ path: String, _ body: @autoclosure () throws(HDF5Error) -> Value
  ) throws(TrainingError) -> Value {
    try TrainingError.writing(path, for: "--probabilities", body)
  }
}

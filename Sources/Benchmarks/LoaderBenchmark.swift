internal import Boundary
import Datasets
import Foundation
import Glibc
import Hosts
import MPI
import Networks
import Training

/// Times the way of images to the network, without a network: read, check, decode, augment, mix.
package struct LoaderBenchmark: Sendable, Encodable {
  /// Images that were prepared, by this rank.
  package private(set) var images = 0
  /// Seconds for them.
  package private(set) var seconds = 0.0
  /// Images a second of all ranks.
  package private(set) var imagesPerSecond = 0.0
  /// Number of ranks, and threads of each that prepared images; 0 for none beside its own.
  package let ranks, threads: Int
  /// Images of the data set.
  package let datasetImages: Int
  /// Bytes of the images that were used, as they lie in the shards.
  package private(set) var usedBytes = 0
  /// Bytes that the process has read from disk meanwhile, nil where the system does not tell. The
  /// shards were dropped from the file cache before.
  package private(set) var diskBytes: Int?
  /// Bytes read for a byte used; nil where the system does not tell, or not a whole epoch was read.
  package private(set) var readAmplification: Double?
  /// Different runs of neighbours that the images of a rank's batch come from, for an image: how
  /// well the window shuffles.
  package private(set) var batchDiversity = 0.0
  /// The same for batches drawn at random from all images.
  package private(set) var fullShuffleDiversity = 0.0
  /// Largest resident memory of any rank.
  package private(set) var peakResidentBytes = 0

  /// Goes through `wanted` images of this rank's share of the training data, at most one epoch.
  ///
  /// - Throws: When data are missing or damaged, and `Interruption` when a signal came.
  package init(
    _ configuration: Configuration, images wanted: Int?, communicator: Communicator
  ) throws {
    let feed = try DataFeed(configuration)
    let layout = try BatchLayout(
      configuration, rank: communicator.rank, rankCount: communicator.size)
    let dataset = feed.training.dataset
    ranks = communicator.size
    threads = configuration.data.loaderThreads
    datasetImages = dataset.count
    let perStep = layout.roundTree.rounds * layout.capacity
    let epoch = feed.division.batchCount
    let steps = min(epoch, wanted.map { ($0 + perStep - 1) / perStep } ?? epoch)
    dataset.dropFromCache()
    // No rank may read before the last has dropped what all of them share.
    try communicator.barrier()
    let disk = Self.bytesReadFromDisk()
    let start = MonotonicTime.seconds
    try feed.begin(atStep: 0, before: steps, layout: layout)
    var samples: [Int] = []
    var distinct = 0
    for _ in 0..<steps {
      try Interruption.ofBenchmark()
      samples.removeAll(keepingCapacity: true)
      for _ in 0..<layout.roundTree.rounds * layout.microBatches.count {
        try feed.next { samples += $0.samples[..<$0.count] }
      }
      images += samples.count
      for sample in samples { usedBytes += dataset.place(of: sample).byteCount }
      distinct += Set(samples.map { Self.run(of: $0, dataset, feed.shuffle) }).count
    }
    seconds = MonotonicTime.seconds - start
    // Few images do not reach all of many ranks.
    if images > 0 {
      batchDiversity = Double(distinct) / Double(images)
      fullShuffleDiversity = Self.fullShuffleDiversity(
        drawn: Double(images) / Double(steps), of: Double(dataset.count), run: feed.shuffle.run)
    }
    if let disk, let now = Self.bytesReadFromDisk(), now > disk {
      diskBytes = now - disk
      if steps == epoch && usedBytes > 0 {
        readAmplification = Double(now - disk) / Double(usedBytes)
      }
    }
    imagesPerSecond = try communicator.allGather([Double(images) / seconds]).reduce(0, +)
    peakResidentBytes = Int(try communicator.allGather([ProcessMemory.peakBytes]).max() ?? 0)
  }

  /// A run of neighbours, told apart from all others.
  private static func run(of sample: Int, _ dataset: Dataset, _ shuffle: EpochOrder.Shuffle)
    -> [Int]
  {
    let (shard, image) = dataset.locate(sample)
    return [shard, image / shuffle.run]
  }

  /// Expected share of images from different runs when `drawn` of `count` are drawn at random.
  private static func fullShuffleDiversity(drawn: Double, of count: Double, run: Int) -> Double {
    let runs = count / Double(run)
    return runs * (1 - pow(1 - drawn / count, Double(run))) / drawn
  }

  /// What the kernel has fetched from block devices for this process, its file cache included.
  private static func bytesReadFromDisk() -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/io", encoding: .utf8) else {
      return nil
    }
    return text.split(separator: "\n").first { $0.hasPrefix("read_bytes: ") }
      .flatMap { Int($0.dropFirst("read_bytes: ".count)) }
  }
}

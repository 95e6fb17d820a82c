import Kernels
import MPI
import Networks

/// What an evaluation counts on a rank, and how the ranks bring it together: the same on each of
/// them, whatever their number.
struct EvaluationTally {
  /// Mistakes that are kept.
  static let mistakeLimit = 24

  /// A micro-batch's loss, hits, and hits among the five most probable classes.
  private var totals: [SIMD3<Double>]
  private(set) var correctness: Correctness
  /// Images of each class and of each class they are taken for; `nil` where there are too many.
  private(set) var confusion: ConfusionMatrix?
  /// The most confident first.
  private(set) var mistakes: [Mistake] = []

  init(_ shares: EvaluationShares, classes: Int) {
    totals = Array(repeating: .zero, count: shares.microBatchCount)
    correctness = Correctness(count: shares.imageCount)
    if classes <= ConfusionMatrix.classLimit { confusion = ConfusionMatrix(classCount: classes) }
  }

  /// Counts an image, whose scores become the gradient of its loss.
  mutating func add(_ image: Int, of network: EvaluationNetwork, microBatch: Int) {
    let scores = network.logits(ofImage: image)
    guard let start = scores.baseAddress else { preconditionFailure("a network without classes") }
    var label = network.labels[image]
    let truth = Int(label)
    let predicted = SoftmaxCrossEntropy.argmax(start, scores.count)
    let own = SoftmaxCrossEntropy.backward(
      start, images: 1, classes: scores.count, labels: &label, smoothing: 0)
    totals[microBatch] += SIMD3(own.loss, Double(own.correct), Double(own.correctTop5))
    confusion?[truth, predicted] += 1
    if predicted == truth {
      correctness[network.samples[image]] = true
    } else {
      // Without smoothing, the gradient of a wrong class is its probability.
      keep(
        Mistake(
          sample: network.samples[image], truth: truth, predicted: predicted,
          probability: start[predicted]))
    }
  }

  private mutating func keep(_ mistake: Mistake) {
    let place = mistakes.firstIndex { Mistake.areInOrder(mistake, $0) } ?? mistakes.count
    guard place < Self.mistakeLimit else { return }
    mistakes.insert(mistake, at: place)
    if mistakes.count > Self.mistakeLimit { mistakes.removeLast() }
  }

  /// Brings what all ranks have counted to each of them.
  mutating func join(_ communicator: Communicator) throws(MPIError) {
    // Each micro-batch is one rank's: bits and zeros have one sum, in any order.
    var bits = totals.flatMap { total in
      total.indices.map { Int64(bitPattern: total[$0].bitPattern) }
    }
    try Self.sum(&bits, communicator)
    for (place, bits) in bits.enumerated() {
      let (microBatch, number) = place.quotientAndRemainder(dividingBy: SIMD3<Double>.scalarCount)
      totals[microBatch][number] = Double(bitPattern: UInt64(bitPattern: bits))
    }
    var words = correctness.words.map(Int64.init(bitPattern:))
    try Self.sum(&words, communicator)
    correctness.words = words.map(UInt64.init(bitPattern:))
    if var counts = confusion?.counts {
      try Self.sum(&counts, communicator)
      confusion?.counts = counts
    }
    try joinMistakes(communicator)
  }

  private static func sum(
    _ values: inout [Int64], _ communicator: Communicator
  ) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { (values) throws(MPIError) in
      try communicator.sum(values)
    }
  }

  private mutating func joinMistakes(_ communicator: Communicator) throws(MPIError) {
    let own = (0..<Self.mistakeLimit).flatMap {
      Mistake.numbers($0 < mistakes.count ? mistakes[$0] : nil)
    }
    let all = try communicator.allGather(own)
    let numberCount = own.count / Self.mistakeLimit
    let found = stride(from: 0, to: all.count, by: numberCount).compactMap {
      Mistake(numbers: all[$0..<$0 + numberCount])
    }
    mistakes = Array(found.sorted(by: Mistake.areInOrder).prefix(Self.mistakeLimit))
  }

  /// Loss and hits of all images, added up in the order of the data set.
  var sums: (loss: Double, correct: Int, correctTop5: Int) {
    let sums = totals.reduce(.zero, +)
    return (sums.x, Int(sums.y), Int(sums.z))
  }
}

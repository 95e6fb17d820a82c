import Boundary
import Datasets
import Foundation
import Training

/// What was packed, and the lines of a configuration that use it.
struct PackingReport {
  let folder: String
  let shards: [String]
  let trainingCount, validationCount, classCount: Int
  let mean, deviation: [Double]

  /// Tells of classes that a network will not learn, or whose learning nothing measures.
  static func tell(
    classCount: Int, classesWithoutTraining: [String], classesWithoutValidation: [String]
  ) {
    if classCount - classesWithoutTraining.count == 1 {
      effnet.print("all training pictures are of one class: there is nothing to tell apart")
    }
    for (names, purpose) in [
      (classesWithoutTraining, "left for training"), (classesWithoutValidation, "for validation"),
    ] where !names.isEmpty {
      let subject = names.count == 1 ? "class \(names.listed) has" : "classes \(names.listed) have"
      effnet.print("\(subject) no picture \(purpose)")
    }
  }

  func print() {
    for path in shards { effnet.print(path) }
    // A configuration finds relative paths from its own folder, wherever that will be.
    let folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    func list(_ values: [Double]) -> String {
      "[" + values.map { fixed($0, 4) }.joined(separator: ", ") + "]"
    }
    effnet.print(
      """
      # \(trainingCount.groupedText) training and \(validationCount.groupedText) validation images, \
      \(classCount.counted("class", "classes")); for a configuration:
      data:
        train: \(ShardPath.pattern("train-*.h5", in: folder).quotedForYAML)
      """)
    if validationCount > 0 {
      effnet.print(
        "  validation: \(ShardPath.pattern("validation-*.h5", in: folder).quotedForYAML)")
    }
    effnet.print("  mean: \(list(mean))\n  deviation: \(list(deviation))")
  }
}

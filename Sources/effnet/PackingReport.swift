import Datasets
import Foundation
import Reports
import Training

/// What was packed, and the lines of a configuration that use it.
struct PackingReport {
  let folder: String
  let shards: [String]
  let trainingCount, validationCount, classCount: Int
  let mean, deviation: [Double]

  func print() {
    for path in shards { Swift.print(path) }
    // A configuration finds relative paths from its own folder, wherever that will be.
    let folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    func list(_ values: [Double]) -> String {
      "[" + values.map { fixed($0, 4) }.joined(separator: ", ") + "]"
    }
    Swift.print(
      """
      # \(trainingCount.groupedText) training and \(validationCount.groupedText) validation images, \
      \(classCount.groupedText) classes; for a configuration:
      data:
        train: \(ShardPath.pattern("train-*.h5", in: folder).quotedForYAML)
      """)
    if validationCount > 0 {
      Swift.print("  validation: \(ShardPath.pattern("validation-*.h5", in: folder).quotedForYAML)")
    }
    Swift.print("  mean: \(list(mean))\n  deviation: \(list(deviation))")
  }
}

import Datasets
import Glibc
import HDF5

extension Correctness {
  /// Writes an HDF5 file for other tools: `/correct` uint8 `[N]`, 1 for an image that is
  /// recognised, and `/labels` int32 `[N]`, in the order of the data set.
  ///
  /// Until it is complete, the file has the name `….partial`.
  ///
  /// - Parameter dataset: The images.
  /// - Throws: When it cannot be written, for example because the disk is full.
  func write(_ path: String, _ dataset: Dataset) throws(TrainingError) {
    let partial = path + ".partial"
    var isPublished = false
    defer { if !isPublished { unlink(partial) } }
    try TrainingError.writing(path, for: "--correctness") { () throws(HDF5Error) in
      let file = try HDF5File(creating: partial)
      try file.write((0..<count).map { UInt8(self[$0] ? 1 : 0) }, to: "correct", shape: [count])
      try file.write(
        (0..<count).map { dataset.place(of: $0).label }, to: "labels", shape: [count])
      try file.close()
      try HDF5File.publish(partial, as: path)
    }
    isPublished = true
  }
}

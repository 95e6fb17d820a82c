import MPI

extension Communicator {
  /// A number of each rank, on all of them.
  func gathered(_ value: Double) throws(MPIError) -> [Double] {
    var all = [Double](repeating: 0, count: size)
    try withUnsafePointer(to: value) { (own) throws(MPIError) in
      try all.withUnsafeMutableBufferPointer { (all) throws(MPIError) in
        try allGather(UnsafeBufferPointer(start: own, count: 1), into: all)
      }
    }
    return all
  }
}

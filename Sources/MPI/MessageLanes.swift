internal import CMPI
import Tensors

/// Messages under way that nobody waits for: each lane has one going out and one coming in.
final class MessageLanes {
  private let communicator: Communicator
  private let requests: UnsafeMutableBufferPointer<MPI_Request?>
  private let indices: UnsafeMutablePointer<CInt>

  init(count: Int, over communicator: Communicator) {
    self.communicator = communicator
    requests = .allocate(capacity: 2 * count)
    requests.initialize(repeating: CMPIRequestNull())
    indices = .allocate(capacity: 2 * count)
  }

  deinit {
    requests.deallocate()
    indices.deallocate()
  }

  /// Begins to send; what is sent must not change before the lane is idle again.
  func send<Scalar: MPIScalar>(
    _ values: UnsafePointer<Scalar>, count: Int, to peer: Int, tag: Int, lane: Int
  ) throws(MPIError) {
    try check(
      "MPI_Isend",
      MPI_Isend(
        values, CInt(count), Scalar.datatype, CInt(peer), CInt(tag), communicator.handle,
        &requests[2 * lane]))
  }

  /// Begins to receive; the memory must not be touched before the lane is idle again.
  func receive<Scalar: MPIScalar>(
    into values: UnsafeMutablePointer<Scalar>, count: Int, from peer: Int, tag: Int, lane: Int
  ) throws(MPIError) {
    try check(
      "MPI_Irecv",
      MPI_Irecv(
        values, CInt(count), Scalar.datatype, CInt(peer), CInt(tag), communicator.handle,
        &requests[2 * lane + 1]))
  }

  /// Whether both messages of a lane have arrived, as far as the library has said.
  func isIdle(_ lane: Int) -> Bool {
    requests[2 * lane] == CMPIRequestNull() && requests[2 * lane + 1] == CMPIRequestNull()
  }

  /// Lets the library work, and tells whether any message has arrived.
  ///
  /// - Parameter waits: Whether to come back only when one has.
  func advance(waits: Bool) throws(MPIError) -> Bool {
    var arrived: CInt = 0
    let (all, total) = (requests.baseAddress, CInt(requests.count))
    if waits {
      try check("MPI_Waitsome", MPI_Waitsome(total, all, &arrived, indices, CMPIStatusesIgnore()))
    } else {
      try check("MPI_Testsome", MPI_Testsome(total, all, &arrived, indices, CMPIStatusesIgnore()))
    }
    return arrived > 0
  }
}

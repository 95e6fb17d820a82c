internal import CMPI
import Tensors

/// Messages under way that nobody waits for: each lane has one going out and one coming in.
final class MessageLanes {
  private let communicator: Communicator
  private let requests: UnsafeMutableBufferPointer<CMPIRequest>
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
      CMPIIsend(
        values, CInt(count), Scalar.datatype, CInt(peer), CInt(tag), communicator.handle,
        &requests[2 * lane]))
  }

  /// Begins to receive; the memory must not be touched before the lane is idle again.
  func receive<Scalar: MPIScalar>(
    into values: UnsafeMutablePointer<Scalar>, count: Int, from peer: Int, tag: Int, lane: Int
  ) throws(MPIError) {
    try check(
      "MPI_Irecv",
      CMPIIrecv(
        values, CInt(count), Scalar.datatype, CInt(peer), CInt(tag), communicator.handle,
        &requests[2 * lane + 1]))
  }

  /// Whether both messages of a lane have arrived, as far as the library has said.
  func isIdle(_ lane: Int) -> Bool {
    CMPIRequestIsNull(requests[2 * lane]) && CMPIRequestIsNull(requests[2 * lane + 1])
  }

  /// Lets the library work, and tells whether any message has arrived.
  ///
  /// - Parameter waits: Whether to come back only when one has.
  func advance(waits: Bool) throws(MPIError) -> Bool {
    var arrived: CInt = 0
    guard let all = requests.baseAddress else { return false }
    let total = CInt(requests.count)
    if waits {
      try check("MPI_Waitsome", CMPIWaitsome(total, all, &arrived, indices))
    } else {
      try check("MPI_Testsome", CMPITestsome(total, all, &arrived, indices))
    }
    return arrived > 0
  }
}

internal import Boundary
internal import CMPI
import Glibc

extension Communicator {
  /// Sends bytes to a peer and receives as many from it, unless that takes too long.
  ///
  /// After a `nil` the messages are still under way: MPI cannot be finished any more, and the job
  /// is to be ended with ``abort(exitCode:)``.
  ///
  /// - Parameters:
  ///   - sending: Bytes to send, or none.
  ///   - count: Bytes that the peer sends.
  ///   - deadline: When to give up, in ``MonotonicTime/seconds``.
  ///   - pause: Microseconds to leave the processor to others, between two looks.
  /// - Returns: The bytes received; `nil` where they did not come, or those sent were not taken.
  /// - Throws: If the library refuses or has lost the peer.
  package func exchange(
    _ sending: [UInt8], receiving count: Int, peer: Int, tag: Int, until deadline: Double,
    pause: UInt32 = 0
  ) throws(MPIError) -> [UInt8]? {
    // Not freed after a timeout: the library may still write to them.
    let buffers = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: sending.count + count)
    _ = buffers.update(fromContentsOf: sending + [UInt8](repeating: 0, count: count))
    var requests: [CMPIRequest] = []
    if count > 0 {
      var request = CMPIRequestNull()
      try check(
        "MPI_Irecv",
        CMPIIrecv(
          buffers.baseAddress.map { $0 + sending.count }, CInt(count), UInt8.datatype, CInt(peer),
          CInt(tag), handle, &request))
      requests.append(request)
    }
    if !sending.isEmpty {
      var request = CMPIRequestNull()
      try check(
        "MPI_Isend",
        CMPIIsend(
          buffers.baseAddress, CInt(sending.count), UInt8.datatype, CInt(peer), CInt(tag), handle,
          &request))
      requests.append(request)
    }
    var isDone: CInt = 0
    repeat {
      try check(
        "MPI_Testall",
        CMPITestall(CInt(requests.count), &requests, &isDone))
      if isDone == 0, MonotonicTime.seconds > deadline { return nil }
      if isDone == 0, pause > 0 { usleep(pause) }
    } while isDone == 0
    defer { buffers.deallocate() }
    return Array(buffers[sending.count...])
  }
}

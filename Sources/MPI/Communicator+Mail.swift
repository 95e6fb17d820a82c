internal import CMPI
import Glibc

extension Communicator {
  /// Bytes that have come from another rank without being waited for.
  package struct Mail: Sendable {
    package let sender: Int
    package let bytes: [UInt8]
  }

  /// Sends bytes to a peer that looks for them when it has time.
  ///
  /// Few bytes are on their way at once; with many it waits until the peer looks. No bytes are a
  /// message, too.
  ///
  /// - Precondition: At most 2³¹ − 1 bytes, for a mail is one message.
  /// - Parameter meanwhile: Is called again and again while it waits.
  /// - Throws: If the library refuses or loses the peer.
  package func post(
    _ bytes: [UInt8], to peer: Int, tag: Int, meanwhile: () -> Void = {}
  ) throws(MPIError) {
    // Not freed after an error: the library may still read them.
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = buffer.initialize(from: bytes)
    var request = CMPIRequestNull()
    try check(
      "MPI_Isend",
      CMPIIsend(
        buffer.baseAddress, CInt(bytes.count), UInt8.datatype, CInt(peer), CInt(tag), handle,
        &request))
    var pause: UInt32 = 1
    while true {
      var isDone: CInt = 0
      try check("MPI_Testall", CMPITestall(1, &request, &isDone))
      if isDone != 0 { break }
      meanwhile()
      usleep(pause)
      pause = min(2 * pause, Self.longestPause)
    }
    buffer.deallocate()
  }

  /// Microseconds between two looks whether a peer has taken its mail.
  private static let longestPause: UInt32 = 2_000

  /// Takes what another rank has posted with this tag, if anything has come.
  ///
  /// - Throws: If the library refuses or loses a rank.
  package func mail(tag: Int) throws(MPIError) -> Mail? {
    var isThere: CInt = 0
    var peer: CInt = 0
    var count: CInt = 0
    try check("MPI_Iprobe", CMPIProbeBytes(CInt(tag), handle, &isThere, &peer, &count))
    guard isThere != 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(count))
    try bytes.withUnsafeMutableBufferPointer { (bytes) throws(MPIError) in
      try check(
        "MPI_Recv",
        MPI_Recv(
          bytes.baseAddress, count, UInt8.datatype, peer, CInt(tag), handle, CMPIStatusIgnore()))
    }
    return Mail(sender: Int(peer), bytes: bytes)
  }
}

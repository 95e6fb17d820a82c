internal import CMPI

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
  /// - Throws: If the library refuses or loses the peer.
  package func post(_ bytes: [UInt8], to peer: Int, tag: Int) throws(MPIError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(MPIError) in
      try check(
        "MPI_Send",
        MPI_Send(
          bytes.baseAddress, CInt(bytes.count), UInt8.datatype, CInt(peer), CInt(tag), handle))
    }
  }

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

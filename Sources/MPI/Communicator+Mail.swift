internal import CMPI

extension Communicator {
  /// Bytes that have come from another rank without being waited for.
  package struct Mail: Sendable {
    package let sender: Int
    package let bytes: [UInt8]
  }

  /// Sends bytes to a peer that looks for them when it has time.
  ///
  /// Few bytes are on their way at once; with many it waits until the peer looks.
  ///
  /// - Throws: If the library refuses or loses the peer.
  package func post(_ bytes: [UInt8], to peer: Int, tag: Int) throws(MPIError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(MPIError) in
      try send(bytes, to: peer, tag: tag)
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
      try receive(into: bytes, from: Int(peer), tag: tag)
    }
    return Mail(sender: Int(peer), bytes: bytes)
  }
}

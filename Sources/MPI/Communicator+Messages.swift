internal import CMPI

extension Communicator {
  /// Sends `values` to `peer`, which receives as many with the same tag.
  ///
  /// - Throws: If the library refuses or loses the peer.
  public func send<Scalar: MPIScalar>(
    _ values: UnsafeBufferPointer<Scalar>, to peer: Int, tag: Int = 0
  ) throws(MPIError) {
    for start in stride(from: 0, to: values.count, by: largestMessage) {
      let piece = values.piece(from: start, limit: largestMessage)
      try check(
        "MPI_Send",
        MPI_Send(piece.address, piece.count, Scalar.datatype, CInt(peer), CInt(tag), handle))
    }
  }

  /// Receives exactly `values.count` elements that `peer` sends with the same tag.
  ///
  /// - Throws: If the message is longer, or the library loses the peer.
  public func receive<Scalar: MPIScalar>(
    into values: UnsafeMutableBufferPointer<Scalar>, from peer: Int, tag: Int = 0
  ) throws(MPIError) {
    for start in stride(from: 0, to: values.count, by: largestMessage) {
      let piece = values.piece(from: start, limit: largestMessage)
      try check(
        "MPI_Recv",
        MPI_Recv(
          piece.address, piece.count, Scalar.datatype, CInt(peer), CInt(tag), handle,
          CMPIStatusIgnore()))
    }
  }

  /// Sends to `peer` and receives from it at the same time; the lengths may differ.
  ///
  /// - Precondition: The buffers do not overlap.
  /// - Throws: If the message received is longer, or the library loses the peer.
  public func exchange<Scalar: MPIScalar>(
    sending: UnsafeBufferPointer<Scalar>, receiving: UnsafeMutableBufferPointer<Scalar>,
    peer: Int, tag: Int = 0
  ) throws(MPIError) {
    let count = max(sending.count, receiving.count)
    for start in stride(from: 0, to: count, by: largestMessage) {
      let out = sending.piece(from: start, limit: largestMessage)
      let back = receiving.piece(from: start, limit: largestMessage)
      try check(
        "MPI_Sendrecv",
        MPI_Sendrecv(
          out.address, out.count, Scalar.datatype, CInt(peer), CInt(tag),
          back.address, back.count, Scalar.datatype, CInt(peer), CInt(tag),
          handle, CMPIStatusIgnore()))
    }
  }
}

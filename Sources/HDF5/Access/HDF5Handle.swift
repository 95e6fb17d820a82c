internal import CHDF5

/// An open identifier, released with its owner.
struct HDF5Handle: ~Copyable {
  let id: hid_t
  private let release: @convention(c) (hid_t) -> herr_t

  init(id: hid_t, close: @escaping @convention(c) (hid_t) -> herr_t) {
    self.id = id
    release = close
  }

  deinit {
    // Nothing can be thrown from here; whatever was written is closed with `close(_:)` instead.
    _ = release(id)
  }

  /// Releases the identifier and reports what could not be written on the way.
  consuming func close(_ operation: HDF5Operation) throws(HDF5Error) {
    let code = release(id)
    discard self
    try operation.check(code)
  }
}

/// Why a file's own structures are not taken: what is wrong, without the names of file and object,
/// which whoever walks them adds.
struct StructureFault: Error, Equatable {
  let kind: HDF5Error.Kind
  let reason: String
  /// The member or attribute below the object that is walked, as in `/kernel` and `@classes`.
  private(set) var part = ""

  private init(kind: HDF5Error.Kind, reason: String) {
    self.kind = kind
    self.reason = reason
  }

  /// What no library writes.
  static func damaged(_ reason: String) -> StructureFault {
    StructureFault(kind: .damaged, reason: "it is damaged: \(reason)")
  }

  /// What the format knows and this program does not take.
  static func unsupported(_ reason: String) -> StructureFault {
    StructureFault(kind: .unsupported, reason: reason)
  }

  /// A file that goes on, by its own account, where its bytes end.
  static func truncated(_ reason: String) -> StructureFault {
    StructureFault(kind: .truncated, reason: "it is truncated: \(reason)")
  }

  /// Bytes that the system did not give.
  static func unreadable(_ reason: String) -> StructureFault {
    StructureFault(kind: .library, reason: reason)
  }

  /// What is kept in the structures of HDF5 1.8 and later that only few programs write.
  static func newestFormat(_ what: String) -> StructureFault {
    .unsupported(
      "it uses HDF5's newest format (\(what)), which this program does not take; write it with "
        + "libver='earliest', as h5py does unless told otherwise, or anew: h5repack -l CONTI IN OUT"
    )
  }
}

extension StructureFault {
  /// A file without a superblock.
  static let notHDF5 = StructureFault(kind: .notHDF5, reason: "it is not an HDF5 file")

  /// The same fault, told of a part of what is walked.
  func of(_ part: String) -> StructureFault {
    var fault = self
    fault.part = part + fault.part
    return fault
  }
}

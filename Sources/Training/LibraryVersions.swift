import Crypto
import Datasets
import Foundation
import HDF5
import Kernels
import MPI

/// The libraries a state was made with; equal bits are promised for equal ones only.
package enum LibraryVersions {
  /// One line: OpenBLAS with its core type, the instruction set, MPI, HDF5.
  package static let description =
    "\(OpenBLAS.configuration); compiled for \(InstructionSet.compiled); "
    + "\(MPISession.libraryVersion); HDF5 \(HDF5File.libraryVersion)"

  /// Hash of the running program's file, which many trainings of a job ask for.
  package static let program =
    FileManager.default.contents(atPath: "/proc/self/exe").map {
      SHA256.hash(data: $0).hexadecimal
    } ?? ""
}

import Boundary

extension HDF5File {
  /// Gives a finished and closed file its final name, durably.
  ///
  /// Whoever looks, even after a power cut, finds what was there before or the whole new file.
  ///
  /// - Parameters:
  ///   - partial: Path of the finished file, in the same folder.
  ///   - path: Its final path; a file of that name is replaced.
  /// - Throws: When the file cannot be brought to the disk or renamed.
  public static func publish(_ partial: String, as path: String) throws(HDF5Error) {
    do throws(FileRefusal) { try WrittenFile.publish(partial, as: path) } catch {
      throw failure("publish", error)
    }
  }

  /// Waits until a file, or the entries of a folder, are on the disk.
  ///
  /// - Throws: When they cannot be brought there.
  public static func synchronize(_ path: String) throws(HDF5Error) {
    do throws(FileRefusal) { try WrittenFile.synchronize(path) } catch {
      throw failure("write", error)
    }
  }

  private static func failure(_ operation: String, _ refusal: FileRefusal) -> HDF5Error {
    HDF5Operation(name: operation, file: refusal.path).error(.library, refusal.reason)
  }
}

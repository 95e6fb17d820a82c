public import Boundary
internal import CHDF5
import Glibc

/// An open HDF5 file: groups, datasets of numbers, and attributes, addressed by path.
///
/// Used by the thread that opened it. While a thread has files open, another one that opens a file
/// waits until they are closed, so that no two threads are ever in the library.
///
/// Files are written in the oldest format that holds them and without time stamps: the same content
/// gives the same bytes, and h5py, MATLAB and Keras read it.
public final class HDF5File {
  /// Path the file was opened with.
  public let path: String

  /// Version of the HDF5 library, such as 1.10.8.
  public static var libraryVersion: String {
    // This call, too, would have the library make ready for its cleanup.
    _ = withoutCleanupAtExit
    var (major, minor, release): (CUnsignedInt, CUnsignedInt, CUnsignedInt) = (0, 0, 0)
    guard H5get_libversion(&major, &minor, &release) >= 0 else { return "unknown" }
    return "\(major).\(minor).\(release)"
  }

  let id: hid_t
  private var isOpen = true
  /// The file that is read; none where one is written.
  ///
  /// A file that could not be written is left open until the process ends: closing it fails again,
  /// and leaves the library with half a file, on which it crashes when it opens the next one.
  let source: RegularFile?
  /// What was found of the structures of the file that is read.
  var structure: HDF5Structure?
  private var turn: HDF5Turn? = HDF5Turn()

  /// Opens an existing file for reading.
  ///
  /// - Throws: When the file is missing, is no regular file, is not HDF5, is truncated, or may not
  ///   be read.
  public convenience init(reading path: String) throws(HDF5Error) {
    let file: RegularFile
    // The library reports all of these alike, as "unable to open file".
    do throws(FileRefusal) { file = try RegularFile(path) } catch {
      throw HDF5Operation(name: "open", file: path).error(error)
    }
    try self.init(reading: file)
  }

  /// Opens a file for reading that was opened before: the same one, whatever has its name by now.
  ///
  /// File locks are left off: a reader needs none, and NFS and Lustre often refuse them.
  ///
  /// - Throws: When it is not HDF5 or is truncated.
  public init(reading file: RegularFile) throws(HDF5Error) {
    path = file.path
    source = file
    let operation = HDF5Operation(name: "open", file: path)
    let properties = try Self.accessProperties(operation)
    // The library opens it once more, and would not tell this reason from damage.
    let spare = dup(file.descriptor)
    guard spare >= 0 else {
      let code = errno
      throw operation.error(
        .refused(code: code), String(cString: strerror(code)).lowercased())
    }
    Glibc.close(spare)
    if try operation.check(H5Fis_hdf5(file.ownPath)) == 0 {
      throw operation.error(.notHDF5, "it is not an HDF5 file")
    }
    // Shorter than any superblock (48 bytes, version 2): the library would read beyond the end.
    guard file.byteCount >= 48 else {
      throw operation.error(.truncated, "the file is cut off within its first bytes")
    }
    structure = try HDF5Structure(of: file)
    id = try operation.check(H5Fopen(file.ownPath, CHDF5_ACC_RDONLY(), properties.id))
    try keepFromChildren()
  }

  /// Creates a file; one of that name is replaced.
  ///
  /// - Parameters:
  ///   - path: Path of the file.
  ///   - userBlock: Bytes at its beginning that are left to the caller: none, or a power of two
  ///     from 512 on.
  /// - Throws: When the folder is missing or may not be written to.
  public init(creating path: String, userBlock: Int = 0) throws(HDF5Error) {
    self.path = path
    source = nil
    let operation = HDF5Operation(name: "create", file: path)
    let access = try Self.accessProperties(operation)
    let properties = try operation.handle(H5Pcreate(CHDF5_FILE_CREATE()), H5Pclose)
    try operation.check(H5Pset_userblock(properties.id, hsize_t(userBlock)))
    // The library would take a file that it could not finish before for one that is in use. The new
    // one is made here: the library would follow a link that was put there meanwhile.
    unlink(path)
    let descriptor: Int32
    do throws(FileRefusal) {
      descriptor = try WrittenFile.open(path, O_RDWR, .missing)
    } catch {
      throw operation.error(error)
    }
    defer { Glibc.close(descriptor) }
    id = try operation.check(
      H5Fcreate(
        RegularFile.ownPath(descriptor), CHDF5_ACC_TRUNC(), properties.id, access.id))
    try keepFromChildren()
  }

  /// Has programs that this one starts not inherit the file: one that is left open would be among
  /// the first things they get.
  private func keepFromChildren() throws(HDF5Error) {
    var handle: UnsafeMutableRawPointer?
    try operation("open").check(H5Fget_vfd_handle(id, hid_t(H5P_DEFAULT), &handle))
    guard let descriptor = handle?.load(as: CInt.self) else { return }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit {
    // Nothing can be thrown from here: writers call `close()`. One that did not has failed.
    if isOpen && source != nil { _ = H5Fclose(id) }
  }

  /// Hands everything written so far to the operating system.
  ///
  /// - Throws: When it cannot be written, for example because the disk is full.
  public func flush() throws(HDF5Error) {
    try operation("write").check(H5Fflush(id, H5F_SCOPE_LOCAL))
  }

  /// Writes what is still in memory and closes the file, which must not be used afterwards.
  ///
  /// - Throws: When not everything could be written, for example because the disk is full.
  public func close() throws(HDF5Error) {
    guard isOpen else { return }
    isOpen = false
    defer { turn = nil }
    let closing = operation("close")
    try closing.check(H5Fflush(id, H5F_SCOPE_LOCAL))
    try closing.check(H5Fclose(id))
  }

  func operation(_ name: String, _ object: String? = nil) -> HDF5Operation {
    HDF5Operation(name: name, file: path, object: object)
  }

  private static func accessProperties(
    _ operation: HDF5Operation
  ) throws(HDF5Error) -> HDF5Handle {
    _ = withoutCleanupAtExit
    // Errors are thrown, not printed. The switch is per thread, hence here and not once.
    try operation.check(H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil))
    let properties = try operation.handle(H5Pcreate(CHDF5_FILE_ACCESS()), H5Pclose)
    try operation.check(H5Pset_file_locking(properties.id, false, true))
    return properties
  }

  /// At exit the library closes what is open, and crashes on a file that a full disk kept it from
  /// closing before. Owners close their files here; the code says only whether it was asked twice.
  private static let withoutCleanupAtExit = H5dont_atexit()
}

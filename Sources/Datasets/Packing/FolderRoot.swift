import Boundary
import Glibc
import Images

/// A folder that paths are relative to, and what the system says of what lies below it.
package struct FolderRoot {
  /// What lies in a folder.
  package struct Names {
    /// Names that are text and not hidden, in the order of their bytes.
    package var names: [String] = []
    /// What is hidden, or has a name that is no text.
    var leftOut = LeftOut()
  }

  /// Where the kernel shows its own state as files, each a file system of its own.
  private static let kernelPlaces = [
    "/proc", "/sys", "/sys/fs/bpf", "/sys/fs/cgroup", "/sys/kernel/config", "/sys/kernel/debug",
    "/sys/kernel/security", "/sys/kernel/tracing",
  ]

  let path: String
  private let kernelDevices: Set<UInt64>

  package init(path: String) {
    self.path = path
    func device(_ place: String) -> UInt64? {
      var status = stat()
      return stat(place, &status) == 0 ? UInt64(status.st_dev) : nil
    }
    kernelDevices = Set(Self.kernelPlaces.compactMap(device)).subtracting(
      [device("/")].compactMap(\.self))
  }

  /// What lies at a path; a link is a link. `nil` where the system does not say, and why is in
  /// `errno`.
  func entry(_ path: String) -> FileEntry? {
    var status = stat()
    return lstat(full(path), &status) == 0 ? FileEntry(status) : nil
  }

  /// What a path leads to, through links. `nil` where it leads nowhere, and why is in `errno`.
  func target(of path: String) -> FileEntry? {
    var status = stat()
    return stat(full(path), &status) == 0 ? FileEntry(status) : nil
  }

  /// The names in a folder.
  ///
  /// - Throws: When the system does not tell all of them.
  func names(in folder: String) throws(SystemFailure) -> Names {
    guard let stream = opendir(full(folder)) else { throw SystemFailure() }
    defer { closedir(stream) }
    return try names(of: stream, folder)
  }

  /// The names that an open folder has from where it is.
  ///
  /// - Throws: When the system fails before the last of them.
  package func names(of stream: OpaquePointer, _ folder: String) throws(SystemFailure) -> Names {
    let start = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    var found = Names()
    while true {
      // The end of the folder and a failure differ in this alone.
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw SystemFailure() }
        break
      }
      let bytes = (UnsafeRawPointer(entry) + start).assumingMemoryBound(to: CChar.self)
      if bytes.pointee == UInt8(ascii: ".") {
        let isFolder = entry.pointee.d_type == UInt8(DT_DIR)
        let name = String(cString: bytes)
        if name != "." && name != ".." && (isFolder || PictureName.isPicture(name)) {
          found.leftOut.hiddenCount += 1
        }
      } else if let name = String(validatingCString: bytes) {
        found.names.append(name)
      } else {
        found.leftOut.skip(
          join(folder, String(cString: bytes)), "its name is not UTF-8; rename it")
      }
    }
    found.names.sort { $0.precedes($1) }
    return found
  }

  /// Whether something is a picture: by its name or, being a file, by its first bytes.
  func isPicture(_ path: String, _ kind: FileEntry.Kind?) -> Bool {
    if PictureName.isPicture(path) { return true }
    guard kind == .file, let file = try? RegularFile(full(path)),
      let beginning = try? file.bytes(0..<min(8, file.byteCount))
    else { return false }
    return ImageFormat.recognizes(beginning)
  }

  /// Whether a folder shows the state of the kernel instead of files.
  func isOfTheKernel(_ folder: FileEntry) -> Bool { kernelDevices.contains(folder.identity.device) }

  /// The folders around some others, with their paths: a link to one of them would lead back.
  func around(_ folders: [String]) -> [FileEntry.Identity: String] {
    var around: [FileEntry.Identity: String] = [:]
    var ancestor = ".."
    while let entry = target(of: ancestor), around[entry.identity] == nil {
      around[entry.identity] = ancestor
      ancestor += "/.."
    }
    var paths: Set<String> = []
    for folder in folders where !folder.isEmpty {
      var path = ""
      for name in folder.split(separator: "/", omittingEmptySubsequences: false) {
        paths.insert(path)
        path = join(path, String(name))
      }
    }
    for path in paths {
      if let entry = target(of: path) { around[entry.identity] = path }
    }
    return around
  }

  /// The path of something in a folder; of the root, which is "", just its name.
  func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : "\(folder)/\(name)"
  }

  /// A path from the root as the system takes it.
  func full(_ path: String) -> String { path.isEmpty ? self.path : "\(self.path)/\(path)" }

  /// A path from the root as a person reads it.
  static func shown(_ path: String) -> String {
    path.isEmpty ? "the folder itself" : path.hasPrefix("..") ? "a folder around it" : path.shown
  }
}

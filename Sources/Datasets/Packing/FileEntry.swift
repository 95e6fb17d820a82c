import Glibc

/// What the system says of something in a folder.
struct FileEntry {
  /// What it is.
  enum Kind: Equatable {
    case folder, file, link
    /// Anything else, with its name.
    case other(String)
  }

  /// By which the same file is known under another path.
  struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  let kind: Kind
  let identity: Identity

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFDIR: .folder
      case S_IFREG: .file
      case S_IFLNK: .link
      case S_IFIFO: .other("a pipe")
      case S_IFSOCK: .other("a socket")
      default: .other("a device")
      }
    identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}

import Glibc

/// A walk through folders in search of picture files.
struct FolderWalk {
  /// What a path leads to.
  enum Kind { case folder, file, other, missing }

  /// Extensions of the files that are packed.
  static let extensions: Set<String> = ["jpg", "jpeg", "png"]

  let root: String
  /// Picture files found, from the root.
  var pictures: [String] = []
  /// Files with another extension.
  var ignoredCount = 0
  /// What cannot be read, or has a name that is no text.
  var skipped: [SkippedPicture] = []

  init(root: String) { self.root = root }

  /// Extension in lower case, without the dot.
  static func fileExtension(_ path: String) -> String {
    let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map {
      path[path.utf8.index(after: $0)...]
    }
    let dot = (name ?? path[...]).utf8.lastIndex(of: UInt8(ascii: "."))
    return dot.map { path[path.utf8.index(after: $0)...].lowercased() } ?? ""
  }

  /// What a path from the root is; links are followed.
  func kind(_ path: String) -> (kind: Kind, identity: [UInt64]) {
    var status = stat()
    guard stat(full(path), &status) == 0 else { return (.missing, []) }
    let identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return (.folder, identity)
    case S_IFREG: return (.file, identity)
    default: return (.other, identity)
    }
  }

  /// Names in a folder in the order of their bytes, without hidden ones; `nil` where the folder
  /// cannot be read.
  mutating func names(in folder: String) -> [String]? {
    guard let stream = opendir(full(folder)) else { return nil }
    defer { closedir(stream) }
    let start = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    var names: [String] = []
    while let entry = readdir(stream) {
      let bytes = (UnsafeRawPointer(entry) + start).assumingMemoryBound(to: CChar.self)
      if bytes.pointee == UInt8(ascii: ".") { continue }
      if let name = String(validatingCString: bytes) {
        names.append(name)
      } else {
        skip(join(folder, String(cString: bytes)), "its name is not UTF-8; rename it")
      }
    }
    return names.sorted { $0.precedes($1) }
  }

  /// Collects the pictures in a folder and the folders in it.
  mutating func collect(_ folder: String) { collect(folder, within: []) }

  private mutating func collect(_ folder: String, within ancestors: [[UInt64]]) {
    let identity = kind(folder).identity
    // A link to a folder around it would lead in circles.
    if ancestors.contains(identity) { return }
    guard let names = names(in: folder) else {
      return skip(folder, "the folder cannot be read: \(String(cString: strerror(errno)))")
    }
    for name in names {
      let path = join(folder, name)
      let kind = kind(path).kind
      if kind == .folder {
        collect(path, within: ancestors + [identity])
      } else {
        add(path, kind)
      }
    }
  }

  /// Takes a file in, or says why not.
  mutating func add(_ path: String, _ kind: Kind) {
    guard Self.extensions.contains(Self.fileExtension(path)) else { return ignoredCount += 1 }
    switch kind {
    case .file: pictures.append(path)
    case .missing: skip(path, "it cannot be read: \(String(cString: strerror(errno)))")
    case .folder, .other: skip(path, "it is not a file")
    }
  }

  mutating func skip(_ path: String, _ reason: String) {
    skipped.append(SkippedPicture(path: path, reason: reason))
  }

  /// The path of something in a folder; of the root, which is "", just its name.
  func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : "\(folder)/\(name)"
  }

  private func full(_ path: String) -> String { path.isEmpty ? root : "\(root)/\(path)" }
}

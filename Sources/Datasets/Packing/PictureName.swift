/// What the names of files and folders tell of them.
enum PictureName {
  /// Endings of JPEG and PNG files, in lower case; which of the two a file is, its content tells.
  static let endings: Set<String> = ["jpg", "jpeg", "jpe", "jfif", "jif", "png"]

  /// Folders that systems and servers make beside the pictures: thumbnails of Synology and QNAP,
  /// what macOS packs into ZIP files, bins, and what a repair of a file system has found.
  private static let foldersOfSystems: Set<String> = [
    "@eadir", "@__thumb", "__macosx", "#recycle", "@recycle", "$recycle.bin",
    "system volume information", "lost+found",
  ]

  /// Whether a path ends like that of a JPEG or PNG file.
  static func isPicture(_ path: String) -> Bool { endings.contains(ending(of: path)) }

  /// Whether a folder has such a name.
  static func isFolderOfTheSystem(_ name: String) -> Bool {
    foldersOfSystems.contains(name.lowercased())
  }

  /// Ending in lower case, without the dot; empty where there is none.
  static func ending(of path: String) -> String {
    let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) }
    let name = path[(start ?? path.startIndex)...]
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else {
      return ""
    }
    return name[name.utf8.index(after: dot)...].lowercased()
  }
}

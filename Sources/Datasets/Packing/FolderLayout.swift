import Boundary

/// Which folders of a folder of pictures are classes, and which are parts of the data.
struct FolderLayout {
  /// The training pictures, or all that are not yet divided: a folder of folders, one a class.
  let training: FolderLevel
  /// The validation pictures.
  let validation: FolderLevel?
  /// Names of the two parts' folders.
  let partNames: PartNames?
  /// Paths of folders that are alone around all others, whose own folders were taken instead.
  private(set) var passed: [String] = []
  /// Folders beside the two parts.
  private(set) var ignored: [String] = []
  /// Names of folders that lie in all classes, and nothing beside them: perhaps those are the
  /// classes.
  private(set) var repeatedFolders: [String] = []
  /// What was left out on the way.
  private(set) var leftOut = LeftOut()

  /// Looks at the names in a folder.
  ///
  /// - Parameters:
  ///   - root: The folder.
  ///   - isAsIs: Whether its folders are the classes even where they do not look so.
  /// - Throws: When it cannot be read, has no folders, or it is not clear which of them are meant.
  init(_ root: FolderRoot, isAsIs: Bool) throws(DatasetError) {
    var passed: [String] = []
    var leftOut = LeftOut()
    func isParts(_ level: FolderLevel) throws(DatasetError) -> Bool {
      try PartNames(among: level.folders, in: root.full(level.path)) != nil
    }
    /// The folders in the only folder, as long as there is but one and it has no pictures itself.
    func unwrapped(_ start: FolderLevel) throws(DatasetError) -> FolderLevel {
      var level = start
      while !isAsIs, level.folders.count == 1, level.pictures.isEmpty, try !isParts(level) {
        let inner = try FolderLevel(root.join(level.path, level.folders[0]), in: root)
        guard inner.pictures.isEmpty, !inner.folders.isEmpty else { break }
        passed.append(inner.path)
        leftOut.add(level.leftOut)
        level = inner
      }
      leftOut.add(level.leftOut)
      return level
    }

    let level = try unwrapped(FolderLevel("", in: root))
    partNames = try PartNames(among: level.folders, in: root.full(level.path))
    if let partNames {
      let parts = [partNames.training, partNames.validation]
      training = try unwrapped(FolderLevel(root.join(level.path, parts[0]), in: root))
      validation = try unwrapped(FolderLevel(root.join(level.path, parts[1]), in: root))
      ignored = level.folders.filter { !parts.contains($0) }.map { root.join(level.path, $0) }
    } else {
      training = level
      validation = nil
    }
    for folder in [training, validation].compactMap(\.self) {
      try folder.requireClasses(in: root)
      for path in folder.pictures {
        leftOut.skip(path, "it is in no folder of a class; move it into one")
      }
    }
    if partNames == nil && !isAsIs {
      try Self.requireNoPart(in: level, of: root)
      repeatedFolders = Self.repeatedFolders(in: level, of: root)
    }
    self.passed = passed
    self.leftOut = leftOut
  }

  /// The folders in every class, where each has the same, more than one, and no pictures of its
  /// own.
  private static func repeatedFolders(in level: FolderLevel, of root: FolderRoot) -> [String] {
    var common: [String] = []
    for name in level.folders {
      guard let inner = try? FolderLevel(root.join(level.path, name), in: root),
        inner.pictures.isEmpty, inner.folders.count > 1,
        common.isEmpty || common == inner.folders
      else { return [] }
      common = inner.folders
    }
    return level.folders.count > 1 ? common : []
  }

  /// Refuses classes that are called like parts of divided data whose other part was not found.
  private static func requireNoPart(
    in level: FolderLevel, of root: FolderRoot
  ) throws(DatasetError) {
    let named = level.folders.filter { PartName($0) != nil }
    var suspects = named.count == level.folders.count && named.count > 1 ? named : []
    if suspects.isEmpty && named.contains(where: { PartName($0)?.part == .training }) {
      for name in named where PartName(name)?.isPlain == true {
        let inner = try? FolderLevel(root.join(level.path, name), in: root)
        if let inner, inner.pictures.isEmpty, !inner.folders.isEmpty { suspects.append(name) }
      }
    }
    guard suspects.isEmpty else {
      throw .badSource(
        file: root.full(level.path),
        reason: "\(suspects.listed) would be \(suspects.count == 1 ? "a class" : "classes"), but "
          + "called like parts of the data; call those train and val, or insist with --as-is")
    }
  }
}

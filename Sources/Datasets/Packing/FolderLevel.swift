import Boundary

/// What the names in one folder are, as far as a division into classes is made by them.
struct FolderLevel {
  /// Path of the folder from the root.
  let path: String
  /// Names of folders, also of those behind links, in the order of their bytes.
  private(set) var folders: [String] = []
  /// Paths of files with names of pictures.
  private(set) var pictures: [String] = []
  /// What else lies there.
  private(set) var leftOut = LeftOut()

  /// Lists a folder; links to folders around it, or to others of its folders, are left out.
  ///
  /// - Throws: When it cannot be read.
  init(_ path: String, in root: FolderRoot) throws(DatasetError) {
    if let entry = root.target(of: path), root.isOfTheKernel(entry) {
      throw .badSource(
        file: root.full(path), reason: "what lies there is the kernel's; correct the path")
    }
    let names: FolderRoot.Names
    do throws(SystemFailure) { names = try root.names(in: path) } catch {
      throw .badSource(
        file: root.full(path), reason: "the folder cannot be read: \(error.reason)")
    }
    self.path = path
    leftOut = names.leftOut
    let entries = names.names.map { name in
      let path = root.join(path, name)
      return (name: name, path: path, own: root.entry(path))
    }
    var known = root.around([root.join(path, "x")])
    for entry in entries {
      if let own = entry.own, own.kind == .folder { known[own.identity] = entry.path }
    }
    for (name, path, own) in entries {
      let target = own?.kind == .link ? root.target(of: path) : own
      guard let target, target.kind == .folder else {
        if root.isPicture(path, target?.kind) {
          pictures.append(path)
        } else {
          leftOut.count(name)
        }
        continue
      }
      if PictureName.isFolderOfTheSystem(name) || root.isOfTheKernel(target) {
        leftOut.systemFolders.append(path)
      } else if own?.kind == .link, let other = known[target.identity] {
        leftOut.repeat(path, "it leads to \(FolderRoot.shown(other)) once more; remove it")
      } else {
        known[target.identity] = path
        folders.append(name)
      }
    }
  }

  /// Refuses a level whose folders cannot be classes.
  func requireClasses(in root: FolderRoot) throws(DatasetError) {
    guard !folders.isEmpty else {
      throw .badSource(
        file: root.full(path), reason: "it has no folders; make one for each class")
    }
    guard Set(folders).count == folders.count else {
      throw .badSource(
        file: root.full(path), reason: "two folders have names that look the same; rename one")
    }
  }
}

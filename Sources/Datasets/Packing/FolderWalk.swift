import Boundary

/// A walk through folders in search of picture files: each folder and each file once, whatever
/// number of paths lead to it.
///
/// Folders that lie where they are found come first, all of them; only then are links followed, so
/// that a picture counts where it lies and not where a link shows it.
package struct FolderWalk {
  /// A picture file, and which of the folders to walk it was found in.
  package struct Found {
    /// Path from the root.
    package let path: String
    /// Index of the folder.
    let group: Int
  }

  private struct Link {
    let path: String
    let group: Int
  }

  /// Where all paths begin.
  let root: FolderRoot
  /// Picture files found.
  package private(set) var pictures: [Found] = []
  /// What is not among them.
  package private(set) var leftOut = LeftOut()

  private var links: [Link] = []
  private var files: [FileEntry.Identity: Int] = [:]
  private var folders: [FileEntry.Identity: String] = [:]

  /// A walk that is still to begin.
  ///
  /// - Parameter root: Path of the folder that all paths are relative to.
  package init(root: String) { self.root = FolderRoot(path: root) }

  /// Collects the pictures in folders and the folders in them.
  ///
  /// - Parameter starts: Paths from the root; the root itself is "".
  package mutating func collect(_ starts: [String]) {
    folders = root.around(starts)
    var real: [Int] = []
    for (group, start) in starts.enumerated() {
      let entry = start.isEmpty ? root.target(of: start) : root.entry(start)
      if let entry, entry.kind == .folder {
        guard !root.isOfTheKernel(entry) else {
          leftOut.systemFolders.append(start)
          continue
        }
        real.append(group)
        folders[entry.identity] = start
      } else {
        links.append(Link(path: start, group: group))
      }
    }
    for group in real { walk(starts[group], group) }
    var next = 0
    while next < links.count {
      follow(links[next])
      next += 1
    }
  }

  /// Paths of the pictures from the root, in the order of their bytes.
  package var sortedPaths: [String] { pictures.map(\.path).sorted { $0.precedes($1) } }

  /// Notes what was left out before the walk.
  mutating func leaveOut(_ other: LeftOut) { leftOut.add(other) }

  /// Walks through a folder and those that lie in it.
  private mutating func walk(_ start: String, _ group: Int) {
    var pending = [start]
    while let folder = pending.popLast() {
      let names: FolderRoot.Names
      do throws(SystemFailure) { names = try root.names(in: folder) } catch {
        leftOut.skip(folder, "the folder cannot be read: \(error.reason)")
        continue
      }
      leftOut.add(names.leftOut)
      for name in names.names {
        let path = root.join(folder, name)
        guard let entry = root.entry(path) else {
          leftOut.skip(path, "it cannot be read: \(SystemFailure().reason)")
          continue
        }
        switch entry.kind {
        case .folder where PictureName.isFolderOfTheSystem(name):
          leftOut.systemFolders.append(path)
        case .folder:
          if claim(path, entry) { pending.append(path) }
        case .link: links.append(Link(path: path, group: group))
        case .file, .other: add(path, entry, group)
        }
      }
    }
  }

  private mutating func follow(_ link: Link) {
    guard let target = root.target(of: link.path) else {
      let failure = SystemFailure()
      guard PictureName.isPicture(link.path) || !failure.isMissing else {
        return leftOut.count(link.path)
      }
      return leftOut.skip(link.path, "it is a link that leads nowhere: \(failure.reason)")
    }
    guard target.kind == .folder else { return add(link.path, target, link.group) }
    if claim(link.path, target) { walk(link.path, link.group) }
  }

  /// Whether a folder is to be walked through: nothing has led to it yet.
  private mutating func claim(_ path: String, _ entry: FileEntry) -> Bool {
    if root.isOfTheKernel(entry) {
      leftOut.systemFolders.append(path)
      return false
    }
    if let other = folders[entry.identity] {
      leftOut.repeat(path, "it leads to \(FolderRoot.shown(other)) once more; remove it")
      return false
    }
    folders[entry.identity] = path
    return true
  }

  /// Takes a file in, or says why not.
  private mutating func add(_ path: String, _ entry: FileEntry, _ group: Int) {
    guard root.isPicture(path, entry.kind) else { return leftOut.count(path) }
    if case .other(let name) = entry.kind {
      return leftOut.skip(path, "it is \(name), not a file")
    }
    if let other = files[entry.identity] {
      return leftOut.repeat(
        path, "it is the same file as \(pictures[other].path.shown); remove one")
    }
    files[entry.identity] = pictures.count
    pictures.append(Found(path: path, group: group))
  }
}

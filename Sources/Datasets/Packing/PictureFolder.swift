import Boundary
import Crypto

/// A folder of pictures, one folder a class, and what is found in it by names alone.
///
///     root/cat/1.jpg                       classes, to be divided by a list or at random
///     root/train/cat/1.jpg                 divided already, in whatever case, and also as in
///     root/val/cat/2.jpg                   `seg_train` and `seg_test`; see ``PartName``
///
/// A folder that is alone around all others is looked through. Folders in the folder of a class
/// belong to the class. Hidden files and folders, and those that systems make, are left out; each
/// file and each folder counts once, where it lies, whatever number of links lead to it.
public struct PictureFolder: Sendable {
  // Room for ten million paths.
  private static let listByteLimit = 1 << 30

  /// Path of the folder.
  public let path: String
  /// Names of the classes: the folders of the training pictures, sorted by their bytes.
  public let classNames: [String]
  /// The pictures: those for training, or all that are not yet divided, then those for validation;
  /// both sorted by the bytes of their paths.
  public let files: [PictureFile]
  /// Whether the pictures are divided by folders or by a list.
  public let isDivided: Bool
  /// Files that cannot be packed, as far as their names tell, and links to what is packed already.
  public let skipped: [SkippedPicture]
  /// How the folder was understood and what was left out, a line each, where there is more to say
  /// than that its folders are the classes.
  public let notes: [String]

  /// Lists a folder.
  ///
  /// - Parameters:
  ///   - path: Path of the folder.
  ///   - validationList: A text with the path, from the folder, of one picture for validation in
  ///     each line.
  ///   - isAsIs: Whether folders are classes even where they do not look so.
  /// - Throws: When the folder or the list cannot be read, there are no classes or others seem to
  ///   be meant, a class has validation pictures only, or the list names a picture that does not
  ///   exist.
  public init(
    path: String, validationList: String? = nil, isAsIs: Bool = false
  ) throws(DatasetError) {
    let layout = try FolderLayout(FolderRoot(path: path), isAsIs: isAsIs)
    if let parts = layout.partNames, validationList != nil {
      throw .badSource(
        file: path,
        reason: "it is divided into \(parts.training.shown) and \(parts.validation.shown); "
          + "leave the list out")
    }
    classNames = layout.training.folders
    var files = try Self.files(layout, at: path)
    skipped = (files.leftOut.unreadable + files.leftOut.repeated)
      .sorted { $0.path.precedes($1.path) }
    if let validationList {
      files.found = try Self.divide(files.found, by: validationList, without: skipped)
    }
    guard !files.found.isEmpty else {
      let others = files.leftOut.lines.map { "; \($0)" }.joined()
      throw .badSource(
        file: path, reason: "it has no JPEG or PNG files in folders, one a class\(others)")
    }
    self.path = path
    self.files = files.found
    isDivided = layout.partNames != nil || validationList != nil
    notes = Self.notes(layout) + files.leftOut.lines
    if !isAsIs { try Self.requireClasses(of: self.files, in: layout.training, at: path) }
  }

  /// Refuses a single class whose pictures all lie in folders of its own, which seem to be the
  /// classes.
  private static func requireClasses(
    of files: [PictureFile], in part: FolderLevel, at path: String
  ) throws(DatasetError) {
    let labels = Set(files.map(\.label))
    guard labels.count == 1, let label = labels.first else { return }
    let name = part.folders[Int(label)]
    let start = part.path.isEmpty ? "\(name)/" : "\(part.path)/\(name)/"
    let deeper = files.filter { !$0.isValidation }.map { $0.path.dropFirst(start.count) }
    guard !deeper.isEmpty, deeper.allSatisfy({ $0.contains("/") }) else { return }
    throw .badSource(
      file: path,
      reason: "all its pictures are of one class, \(name.shown), and in folders of that; name "
        + "\("\(path)/\(start)".shown) if those are the classes, or insist with --as-is")
  }

  /// Hash of all names and labels: equal where two processes see the same.
  public var sha256: String {
    var hash = SHA256()
    for text in classNames { hash.update(data: Array(text.utf8) + [0]) }
    for file in files {
      hash.update(data: Array("\(file.label) \(file.isValidation) \(file.path)".utf8) + [0])
    }
    return hash.finalize().hexadecimal
  }

  /// Walks through the folders of the classes of both parts.
  private static func files(
    _ layout: FolderLayout, at path: String
  ) throws(DatasetError) -> (found: [PictureFile], leftOut: LeftOut) {
    let root = FolderRoot(path: path)
    let names = layout.training.folders
    // By their bytes: a string equals another that looks the same.
    let labels = Dictionary(
      names.enumerated().map { (Array($0.element.utf8), Int32($0.offset)) },
      uniquingKeysWith: { first, _ in first })
    var starts = names.map { root.join(layout.training.path, $0) }
    var startLabels = names.indices.map { Int32($0) }
    for name in layout.validation?.folders ?? [] {
      let folder = root.join(layout.validation?.path ?? "", name)
      guard let label = labels[Array(name.utf8)] else {
        throw .badSource(
          file: root.full(folder),
          reason: "there is no class of that name in \(root.full(layout.training.path).shown); "
            + "add it or remove this one")
      }
      starts.append(folder)
      startLabels.append(label)
    }
    var walk = FolderWalk(root: path)
    walk.leaveOut(layout.leftOut)
    walk.collect(starts)
    var found = walk.pictures.map {
      PictureFile(
        path: $0.path, label: startLabels[$0.group], isValidation: $0.group >= names.count)
    }
    found.sort {
      $0.isValidation == $1.isValidation ? $0.path.precedes($1.path) : $1.isValidation
    }
    return (found, walk.leftOut)
  }

  private static func notes(_ layout: FolderLayout) -> [String] {
    var notes: [String] = []
    if !layout.passed.isEmpty {
      notes.append(
        "looked through \(layout.passed.listed), which \(layout.passed.count == 1 ? "is" : "are") "
          + "alone around the others")
    }
    if let parts = layout.partNames {
      notes.append(
        "divided by folders: \(parts.training.shown) is for training, "
          + "\(parts.validation.shown) for validation")
    }
    if !layout.repeatedFolders.isEmpty {
      notes.append(
        "each class has the folders \(layout.repeatedFolders.listed) in it: if those are the "
          + "classes, make them the outer folders")
    }
    if !layout.ignored.isEmpty {
      let noun = layout.ignored.count == 1 ? "folder" : "folders"
      notes.append(
        "left out, being neither training nor validation: \(noun) \(layout.ignored.listed)")
    }
    return notes
  }

  private static func divide(
    _ files: [PictureFile], by list: String, without skipped: [SkippedPicture]
  ) throws(DatasetError) -> [PictureFile] {
    let text: String
    do throws(FileRefusal) {
      text = try InputText.read(list, limit: listByteLimit)
    } catch {
      throw .badSource(file: list, reason: error.reason)
    }
    let known = Set(files.map { Array($0.path.utf8) })
    var listed: Set<[UInt8]> = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    where !line.isEmpty {
      let name = line.hasPrefix("./") ? line.dropFirst(2) : line
      let path = Array(name.utf8)
      guard known.contains(path) else {
        let reason =
          skipped.first { $0.path.utf8.elementsEqual(path) }.map { "is left out: \($0.reason)" }
          ?? "is not there"
        throw .badSource(
          file: list, reason: "line \(index + 1): the picture '\(String(name).shown)' \(reason)")
      }
      listed.insert(path)
    }
    let isListed = files.map { listed.contains(Array($0.path.utf8)) }
    return zip(files, isListed).filter { !$0.1 }.map(\.0)
      + zip(files, isListed).filter(\.1).map {
        PictureFile(path: $0.0.path, label: $0.0.label, isValidation: true)
      }
  }
}

/// A picture file to be packed.
public struct PictureFile: Sendable, Equatable {
  /// Path from the folder that is packed.
  public let path: String
  /// Index of its class.
  public let label: Int32
  /// Whether it is for validation, where the folder or a list says so.
  public let isValidation: Bool
}

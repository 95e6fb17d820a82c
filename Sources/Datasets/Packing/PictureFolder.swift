import Crypto
import FoundationEssentials

/// A folder of pictures, one folder a class, and what is found in it by names alone.
///
///     root/cat/1.jpg                       classes, to be divided by a list or at random
///     root/train/cat/1.jpg                 divided already; the second part is `val`,
///     root/val/cat/2.jpg                   `validation` or `test`, the first of them that exists
///
/// Folders in the folder of a class belong to the class. Hidden files and folders are left out.
public struct PictureFolder: Sendable {
  /// Path of the folder.
  public let path: String
  /// Names of the classes: the folders of the training pictures, sorted by their bytes.
  public let classNames: [String]
  /// The pictures: those for training, or all that are not yet divided, then those for validation;
  /// both sorted by the bytes of their paths.
  public let files: [PictureFile]
  /// Whether the pictures are divided by folders or by a list.
  public let isDivided: Bool
  /// Files that are left out because their extension is none of JPEG and PNG.
  public let ignoredCount: Int
  /// Folders beside the two parts of a divided folder, which are left out.
  public let ignoredFolders: [String]
  /// Files that cannot be packed, as far as their names tell.
  public let skipped: [SkippedPicture]

  /// Lists a folder.
  ///
  /// - Parameters:
  ///   - path: Path of the folder.
  ///   - validationList: A text file with the path, from the folder, of one picture for validation
  ///     in each line.
  /// - Throws: When the folder or the list cannot be read, there are no classes, a class has
  ///   validation pictures only, or the list names a picture that does not exist.
  public init(path: String, validationList: String? = nil) throws(DatasetError) {
    var walk = FolderWalk(root: path)
    guard let names = walk.names(in: "") else {
      throw .badSource(file: path, reason: "the folder cannot be read; correct the path")
    }
    let folders = names.filter { walk.kind($0).kind == .folder }
    let second = ["val", "valid", "validation", "dev", "test"].first(where: folders.contains)
    let isSplit = folders.contains("train") && (second != nil || folders == ["train"])
    if isSplit && second != nil && validationList != nil {
      throw .badSource(
        file: path, reason: "it is divided into train and \(second ?? ""); leave the list out")
    }
    let training = isSplit ? "train" : ""
    classNames = try Self.classes(in: training, &walk)
    var files = Self.files(of: classNames, in: training, isValidation: false, &walk)
    if isSplit, let second {
      // By their bytes: a string equals another that looks the same.
      let known = Set(classNames.map { Array($0.utf8) })
      for name in try Self.classes(in: second, &walk) where !known.contains(Array(name.utf8)) {
        throw .badSource(
          file: "\(path)/\(second)/\(name)",
          reason: "there is no class of that name in \(path)/train; add it or remove this one")
      }
      files += Self.files(of: classNames, in: second, isValidation: true, &walk)
    }
    if let validationList {
      files = try Self.divide(files, by: validationList)
    }
    if files.isEmpty {
      throw .badSource(file: path, reason: "it has no JPEG or PNG files in folders, one a class")
    }
    self.path = path
    self.files = files
    isDivided = isSplit && second != nil || validationList != nil
    ignoredFolders = isSplit ? folders.filter { $0 != "train" && $0 != second } : []
    ignoredCount = walk.ignoredCount
    skipped = walk.skipped.sorted { $0.path.precedes($1.path) }
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

  private static func classes(
    in part: String, _ walk: inout FolderWalk
  ) throws(DatasetError) -> [String] {
    let folder = part.isEmpty ? walk.root : "\(walk.root)/\(part)"
    guard let names = walk.names(in: part) else {
      throw .badSource(file: folder, reason: "the folder cannot be read")
    }
    var classes: [String] = []
    for name in names {
      let path = walk.join(part, name)
      let kind = walk.kind(path).kind
      if kind == .folder {
        classes.append(name)
      } else if FolderWalk.extensions.contains(FolderWalk.fileExtension(path)) {
        walk.skip(path, "it is in no folder of a class; move it into one")
      } else {
        walk.ignoredCount += 1
      }
    }
    guard !classes.isEmpty else {
      throw .badSource(file: folder, reason: "it has no folders; make one for each class")
    }
    guard Set(classes).count == classes.count else {
      throw .badSource(
        file: folder, reason: "two folders have names that look the same; rename one")
    }
    return classes
  }

  private static func files(
    of classNames: [String], in part: String, isValidation: Bool, _ walk: inout FolderWalk
  ) -> [PictureFile] {
    var files: [PictureFile] = []
    for (label, name) in classNames.enumerated() {
      let folder = walk.join(part, name)
      guard walk.kind(folder).kind == .folder else { continue }
      walk.pictures = []
      walk.collect(folder)
      files += walk.pictures.map {
        PictureFile(path: $0, label: Int32(label), isValidation: isValidation)
      }
    }
    return files.sorted { $0.path.precedes($1.path) }
  }

  private static func divide(
    _ files: [PictureFile], by list: String
  ) throws(DatasetError) -> [PictureFile] {
    let text: String
    do {
      text = String(decoding: try Data(contentsOf: URL(filePath: list)), as: UTF8.self)
    } catch {
      throw .badSource(file: list, reason: "the file cannot be read; correct the path")
    }
    let known = Set(files.map { Array($0.path.utf8) })
    var listed: Set<[UInt8]> = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    where !line.isEmpty {
      let path = Array((line.hasPrefix("./") ? line.dropFirst(2) : line).utf8)
      guard known.contains(path) else {
        throw .badSource(
          file: list, reason: "line \(index + 1): there is no picture '\(line)' in the folder")
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

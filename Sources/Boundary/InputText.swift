import Glibc

/// A text that a person gives to the program: a file or, where they may write `<(command)` for it,
/// a pipe.
public enum InputText {
  /// Seconds without a byte after which a pipe counts as forgotten.
  static let patience = 60.0

  /// Reads a text in UTF-8; a byte order mark before it is left out.
  ///
  /// - Parameters:
  ///   - path: Path of the file or pipe.
  ///   - limit: Most bytes that it can have.
  ///   - pipesToo: Whether it may be a pipe: a path that a person has written on the command line.
  /// - Throws: When it is missing, may not be read, is neither file nor pipe, has more bytes, is a
  ///   pipe that nobody writes to, or is in another encoding, which is named.
  public static func read(
    _ path: String, limit: Int, pipesToo: Bool = true
  ) throws(FileRefusal) -> String {
    let opened = try OpenedPath(path)
    try opened.require(pipesToo: pipesToo)
    let bytes = try bytes(of: opened, limit: limit)
    if case .pipe = opened.kind, bytes.isEmpty {
      throw FileRefusal(.notRegular, path, "it is a pipe that nobody writes to")
    }
    return try decoded(bytes, path)
  }

  /// Whether a path leads to what lies in no folder, and perhaps can be read once: a pipe, or what
  /// a process has open.
  public static func isStream(_ path: String) -> Bool {
    var status = stat()
    let isPipe = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    return isPipe || isDescriptor(path)
  }

  /// Whether a path names what a process has open, such as `/dev/stdin`, or the `<(command)` of a
  /// shell: itself, or as what a link leads to. It need not be there.
  public static func isDescriptor(_ path: String) -> Bool {
    var path = path
    // As many links as the system follows.
    for _ in 0..<40 {
      let name = path.utf8.lastIndex(of: UInt8(ascii: "/"))
      let folder = name.map { String(path[..<path.utf8.index(after: $0)]) } ?? "."
      guard let real = realpath(folder, nil) else { return false }
      defer { free(real) }
      let names = String(cString: real).split(separator: "/")
      if names.first == "proc", names.last == "fd" { return true }
      var target = [CChar](repeating: 0, count: Int(PATH_MAX))
      let length = readlink(path, &target, target.count)
      guard length > 0 else { return false }
      let link = String(decoding: target[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
      path = link.utf8.first == UInt8(ascii: "/") ? link : "\(String(cString: real))/\(link)"
    }
    return false
  }

  private static func bytes(
    of opened: OpenedPath, limit: Int
  ) throws(FileRefusal) -> [UInt8] {
    let (descriptor, path) = (opened.descriptor, opened.path)
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += piece[..<count]
        guard bytes.count <= limit else {
          throw FileRefusal(.tooLarge, path, "it has more than \(limit) bytes")
        }
      } else if errno == EAGAIN {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, Int32(1_000 * patience)) != 0 else {
          throw FileRefusal(
            .cutOff, path, "it is a pipe from which nothing came for \(Int(patience)) s")
        }
      } else if errno != EINTR {
        throw FileRefusal(systemCode: errno, path)
      }
    }
  }

  /// The text that bytes are in UTF-8, without a byte order mark.
  ///
  /// - Throws: When they are in another encoding, which is named.
  static func decoded(_ bytes: [UInt8], _ path: String) throws(FileRefusal) -> String {
    if let encoding = wideEncoding(bytes) {
      throw FileRefusal(.notText, path, "it is in \(encoding); save it as UTF-8")
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    guard let text = String(validating: content, as: UTF8.self) else {
      let line = 1 + validPrefix(content).count { $0 == UInt8(ascii: "\n") }
      throw FileRefusal(
        .notText, path,
        "line \(line) is not UTF-8, perhaps Latin-1 or Windows-1252; save it as UTF-8")
    }
    return text
  }

  /// The encoding of a text whose characters have two or four bytes each: its mark tells, or where
  /// the zero bytes of the first, which is taken to be of ASCII, are. `nil` for any other.
  private static func wideEncoding(_ bytes: [UInt8]) -> String? {
    let start = bytes.prefix(4)
    // The mark of UTF-32 begins like that of UTF-16.
    if start == [0xFF, 0xFE, 0, 0] || start == [0, 0, 0xFE, 0xFF] { return "UTF-32" }
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    let isZero = start.map { $0 == 0 }
    guard isZero.count == 4 else { return nil }
    return switch (isZero[0], isZero[1], isZero[2], isZero[3]) {
    case (false, true, true, true), (true, true, true, false): "UTF-32"
    case (false, true, false, _), (true, false, true, _): "UTF-16"
    default: nil
    }
  }

  /// The bytes before the first that does not belong to UTF-8.
  private static func validPrefix(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var decoder = UTF8()
    var source = bytes.makeIterator()
    var valid = 0
    while case .scalarValue(let scalar) = decoder.decode(&source) {
      valid += UTF8.width(scalar)
    }
    return bytes.prefix(valid)
  }
}

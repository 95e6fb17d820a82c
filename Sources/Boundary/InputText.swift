import Glibc

/// A text that a person gives to the program: a file or, where they may write `<(command)` for it, a
/// pipe.
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

  /// Whether a pipe lies at a path, which can be read once.
  public static func isPipe(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
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
    let isUTF16 =
      bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      || bytes.count > 3 && (bytes[0] == 0) != (bytes[1] == 0) && (bytes[0] == 0) == (bytes[2] == 0)
    guard !isUTF16 else {
      throw FileRefusal(.notText, path, "it is in UTF-16; save it as UTF-8")
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

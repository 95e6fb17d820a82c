import Boundary
import Glibc
import XCTest

final class RegularFileTests: XCTestCase {
  private var folder = ""

  override func setUpWithError() throws {
    folder = NSTemporaryDirectory() + "/" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  override func tearDown() { try? FileManager.default.removeItem(atPath: folder) }

  private func write(_ bytes: [UInt8], _ name: String = "file") throws -> String {
    let path = "\(folder)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func refusal(_ body: () throws(FileRefusal) -> Void) -> FileRefusal? {
    do throws(FileRefusal) {
      try body()
      return nil
    } catch { return error }
  }

  func testWhateverIsNoRegularFileIsRefusedAtOnceAndNamed() throws {
    XCTAssertEqual(mkfifo("\(folder)/pipe", 0o600), 0)
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let place = "\(folder)/s"
    try XCTSkipIf(place.utf8.count >= 100, "the temporary folder's path is too long for a socket")
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: place.utf8) }
    let isBound = withUnsafeBytes(of: &address) {
      bind(
        socket, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
    }
    XCTAssertEqual(isBound, 0)
    for (path, name) in [
      ("\(folder)/pipe", "a pipe"), (folder, "a folder"), ("/dev/zero", "a device"),
      ("\(folder)/s", "a socket"),
    ] {
      let refusal = refusal { () throws(FileRefusal) in _ = try RegularFile(path) }
      XCTAssertEqual(refusal?.kind, .notRegular, path)
      XCTAssert(refusal?.reason.contains(name) == true, refusal?.reason ?? "\(path) was opened")
    }
    let missing = refusal { () throws(FileRefusal) in _ = try RegularFile("\(folder)/none") }
    XCTAssertEqual(missing?.kind, .missing)
    let zero = refusal { () throws(FileRefusal) in _ = try RegularFile("\(folder)/a\0b") }
    XCTAssertEqual(zero?.kind, .missing)
  }

  func testAFileIsReadToItsEndAndNoFurther() throws {
    let file = try RegularFile(write([1, 2, 3, 4]))
    XCTAssertEqual(file.byteCount, 4)
    XCTAssertEqual(try file.bytes(1..<3), [2, 3])
    XCTAssertEqual(try file.contents(limit: 4), [1, 2, 3, 4])
    XCTAssertEqual(
      refusal { () throws(FileRefusal) in _ = try file.contents(limit: 3) }?.kind, .tooLarge)
    XCTAssertEqual(
      refusal { () throws(FileRefusal) in _ = try file.bytes(2..<5) }?.kind, .cutOff)
    XCTAssertEqual(truncate(file.path, 2), 0)
    XCTAssertEqual(
      refusal { () throws(FileRefusal) in _ = try file.bytes(0..<4) }?.kind, .cutOff)
  }

  func testTheOwnPathStaysTheSameFileWhenAnotherTakesItsName() throws {
    let file = try RegularFile(write([7]))
    XCTAssertEqual(unlink(file.path), 0)
    _ = try write([8, 8])
    XCTAssertEqual(try RegularFile(file.ownPath).contents(limit: 10), [7])
  }

  func testTextComesFromFilesAndPipesAndNowhereElse() throws {
    XCTAssertEqual(
      try InputText.read(write([0xEF, 0xBB, 0xBF, 0x61, 0x0D, 0x0A]), limit: 10), "a\r\n")
    let pipe = "\(folder)/pipe"
    XCTAssertEqual(mkfifo(pipe, 0o600), 0)
    XCTAssertEqual(
      refusal { () throws(FileRefusal) in _ = try InputText.read(pipe, limit: 10) }?.reason,
      "it is a pipe that nobody writes to")
    let ends = Pipe()
    Thread.detachNewThread {
      for piece in ["to", " be"] {
        usleep(20_000)
        ends.fileHandleForWriting.write(Data(piece.utf8))
      }
      ends.fileHandleForWriting.closeFile()
    }
    let descriptor = ends.fileHandleForReading.fileDescriptor
    XCTAssertEqual(try InputText.read("/dev/fd/\(descriptor)", limit: 10), "to be")
    XCTAssertEqual(
      refusal { () throws(FileRefusal) in _ = try InputText.read("/dev/zero", limit: 10) }?.kind,
      .notRegular)
    let long = try write([UInt8](repeating: 0x61, count: 11), "long")
    XCTAssertEqual(
      refusal { () throws(FileRefusal) in _ = try InputText.read(long, limit: 10) }?.kind, .tooLarge
    )
  }

  func testAnotherEncodingIsNamed() throws {
    for (bytes, name) in [
      ([0xFF, 0xFE, 0x61, 0], "UTF-16"), ([0xFE, 0xFF, 0, 0x61], "UTF-16"),
      ([0x61, 0, 0x62, 0, 0x63, 0], "UTF-16"), ([0, 0x61, 0, 0x62], "UTF-16"),
      ([0x61, 0, 0x62, 4], "UTF-16"), ([0xFF, 0xFE], "UTF-16"),
      ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF], "UTF-32"),
      ([0x61, 0, 0, 0, 0x62, 0, 0, 0], "UTF-32"), ([0, 0, 0, 0x61], "UTF-32"),
      ([0x61, 0x0A, 0x62, 0xFC, 0x62], "line 2 is not UTF-8, perhaps Latin-1"),
      ([0xC3], "line 1 is not UTF-8"),
    ] as [([UInt8], String)] {
      let path = try write(bytes)
      let refusal = refusal { () throws(FileRefusal) in _ = try InputText.read(path, limit: 99) }
      XCTAssertEqual(refusal?.kind, .notText)
      XCTAssert(refusal?.reason.contains(name) == true, refusal?.reason ?? "it was read")
    }
  }

  func testWhatAProcessHasOpenIsKnownByAnyName() throws {
    let file = try write([0x61])
    let descriptor = open(file, O_RDONLY)
    defer { close(descriptor) }
    XCTAssertEqual(symlink("/dev/fd/\(descriptor)", "\(folder)/link"), 0)
    XCTAssertEqual(symlink("link", "\(folder)/second"), 0)
    XCTAssertEqual(symlink("/proc/self", "\(folder)/self"), 0)
    XCTAssertEqual(symlink("second", "\(folder)/\u{301}third"), 0)
    for path in [
      "/dev/stdin", "/dev//./stdin", "/dev/fd/\(descriptor)", "/dev/fd/987654",
      "/proc/\(getpid())/fd/\(descriptor)", "/proc/thread-self/fd/0", "\(folder)/link",
      "\(folder)/second", "\(folder)/self/fd/1", "\(folder)/\u{301}third",
    ] { XCTAssertTrue(InputText.isStream(path) && InputText.isDescriptor(path), path) }
    XCTAssertEqual(symlink("circle", "\(folder)/circle"), 0)
    XCTAssertEqual(symlink("file", "\(folder)/plain"), 0)
    for path in [
      file, "\(folder)/plain", "\(folder)/circle", "\(folder)/none", "/nowhere/fd/3", "", "/",
      "fd", "/proc/self/status",
    ] { XCTAssertFalse(InputText.isStream(path), path) }
    XCTAssertEqual(mkfifo("\(folder)/pipe", 0o600), 0)
    XCTAssertTrue(InputText.isStream("\(folder)/pipe"))
    XCTAssertFalse(InputText.isDescriptor("\(folder)/pipe"))
  }

  func testAFileIsOverwrittenWhereItIsAndNoLinkIsFollowed() throws {
    let path = try write([1, 2, 3, 4])
    try WrittenFile.overwrite(path, at: 1, with: [8, 9])
    XCTAssertEqual(try RegularFile(path).contents(limit: 9), [1, 8, 9, 4])
    XCTAssertEqual(symlink(path, "\(folder)/link"), 0)
    XCTAssertEqual(mkfifo("\(folder)/pipe", 0o600), 0)
    for (name, kind) in [
      ("link", .notRegular), ("pipe", .notRegular), ("none", .missing),
    ] as [(String, FileRefusal.Kind)] {
      XCTAssertEqual(
        refusal { () throws(FileRefusal) in
          try WrittenFile.overwrite("\(folder)/\(name)", at: 0, with: [7])
        }?.kind, kind, name)
    }
    XCTAssertEqual(try RegularFile(path).contents(limit: 9), [1, 8, 9, 4])
    XCTAssertEqual(access("\(folder)/none", F_OK), -1, "it was made")
    // A mark that joins the slash before it in one character.
    let marked = "\(folder)/\u{301}log"
    close(try WrittenFile.open(marked, O_WRONLY, .missing, folderIsReal: true))
    XCTAssertEqual(access(marked, F_OK), 0)
  }
}

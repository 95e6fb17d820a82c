import Foundation

extension Pipe {
  /// What is in it now: a process that stays in the background may keep it open.
  var text: String {
    let descriptor = fileHandleForReading.fileDescriptor
    guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else { return "" }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}

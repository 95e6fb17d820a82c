/// A record of TensorBoard's event files: an `Event` of its `event.proto`, framed as TFRecord.
package enum EventRecord {
  /// The first record of a file, which names the version.
  package static func version(time: Double) -> [UInt8] {
    framed(head(time, step: 0) + field(3, Array("brain.Event:2".utf8)))
  }

  /// Tells that a run goes on with `step`: what earlier files have from it on is taken back.
  package static func start(time: Double, step: Int) -> [UInt8] {
    // Message `SessionLog` with `status` 1, START.
    framed(head(time, step: step) + field(7, [0x08, 1]))
  }

  /// Named values after a step.
  package static func scalars(
    time: Double, step: Int, _ values: [(tag: String, value: Double)]
  ) -> [UInt8] {
    // Message `Summary` with a `Value` for each: 1 `tag`, 2 `simple_value`.
    let summary = values.flatMap { tag, value in
      field(1, field(1, Array(tag.utf8)) + [0x15] + bytes(Float(value).bitPattern))
    }
    return framed(head(time, step: step) + field(5, summary))
  }

  /// Fields 1 `wall_time` in seconds since 1970, and 2 `step`.
  private static func head(_ time: Double, step: Int) -> [UInt8] {
    [0x09] + bytes(time.bitPattern) + (step > 0 ? [0x10] + varint(UInt64(step)) : [])
  }

  /// Length and its check, data and their check.
  private static func framed(_ data: [UInt8]) -> [UInt8] {
    let length = bytes(UInt64(data.count))
    return length + bytes(CRC32C.masked(length)) + data + bytes(CRC32C.masked(data))
  }

  /// A text or message as a field of another message.
  private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(content.count)) + content
  }

  /// Seven bits a byte, the lowest first; all bytes but the last have their highest bit set.
  private static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, result) = (value, [UInt8]())
    while rest > 127 {
      result.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    return result + [UInt8(rest)]
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
}

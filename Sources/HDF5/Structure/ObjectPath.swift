/// How an object was found: its name in a group, and that group's own.
///
/// The path is put together for a message alone: thousands of members below long names would be
/// gigabytes of paths.
final class ObjectPath {
  private let parent: ObjectPath?
  private let name: ArraySlice<UInt8>
  /// Names from the root group on.
  let depth: Int

  /// The root group's.
  init() { (parent, name, depth) = (nil, [], 0) }

  /// A member's.
  init(_ name: ArraySlice<UInt8>, in group: ObjectPath) {
    (self.name, parent, depth) = (name, group, group.depth + 1)
  }

  /// The path as text; empty for the root group.
  var text: String {
    var names: [ArraySlice<UInt8>] = []
    var place = self
    while let group = place.parent {
      names.append(place.name)
      place = group
    }
    return names.reversed().map { "/" + String(decoding: $0, as: UTF8.self) }.joined()
  }
}

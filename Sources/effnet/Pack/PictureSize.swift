/// Width and height in pixels, as in `500x375`.
struct PictureSize: CustomStringConvertible {
  let width, height: Int

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  init(_ text: String) throws(BoundedNumber.Refusal) {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false)
    guard sides.count == 2 else {
      throw BoundedNumber.Refusal(description: "give width and height, such as 500x375")
    }
    width = try BoundedNumber.whole(sides[0], Self.range, "pixels")
    height = try BoundedNumber.whole(sides[1], Self.range, "pixels")
  }

  private static let range = 1...10_000

  var description: String { "\(width)x\(height)" }
}

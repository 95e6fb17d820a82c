extension TrianglePlot {
  /// How much of the extra compute goes into depth, width and resolution: a + b + c = 1 with
  /// a = log₂α, b = 2·log₂β, c = 2·log₂γ over log₂ of the factor.
  package struct Shares: Sendable, Equatable {
    package var depth, width, resolution: Double

    package init(depth: Double, width: Double, resolution: Double) {
      self.depth = depth
      self.width = width
      self.resolution = resolution
    }

    private var all: [Double] { [depth, width, resolution] }

    /// Sums that a place can have. What is asked for is 1; what a network of whole blocks and
    /// channels reaches differs from it by up to a few tenths, though its compute does not.
    private static let sums = 0.5...2.0
    /// Shares that have a place in the triangle or near it.
    private static let range = -0.5...2.0

    /// Whether they are a place in a triangle or near it.
    var isDrawable: Bool { all.allSatisfy(Self.range.contains) && Self.sums.contains(sum) }

    private var sum: Double { depth + width + resolution }

    /// The place in the box around the triangle, from the left: depth is above, width at the left,
    /// resolution at the right. Only the proportions of shares matter.
    var x: Double { (resolution + depth / 2) / sum }
    /// The place from above.
    var y: Double { 1 - depth / sum }

    /// The distance to another place, in sides of the triangle.
    func distance(to other: Shares) -> Double {
      let squares = zip(all, other.all).map { ($0 - $1) * ($0 - $1) }
      return (squares.reduce(0, +) / 2).squareRoot()
    }

    /// In hundredths, such as "0.28 depth, 0.29 width, 0.43 resolution".
    var text: String {
      zip(all, ["depth", "width", "resolution"]).map { "\($0.text(2)) \($1)" }.joined(
        separator: ", ")
    }

    /// A place between this and another one.
    private func toward(_ other: Shares, _ share: Double) -> Shares {
      Shares(
        depth: depth + share * (other.depth - depth), width: width + share * (other.width - width),
        resolution: resolution + share * (other.resolution - resolution))
    }

    /// The hexagon of a grid's point, as far as it lies in the triangle.
    ///
    /// - Parameter step: Distance of the grid's points in sides of the triangle.
    func hexagon(step: Double) -> [Shares] {
      // Corners are the middles of the six small triangles around the point.
      let third = step / 3
      let corners = [(2, -1, -1), (1, 1, -2), (-1, 2, -1), (-2, 1, 1), (-1, -1, 2), (1, -2, 1)]
      let hexagon = corners.map { a, b, c in
        Shares(
          depth: depth + third * Double(a), width: width + third * Double(b),
          resolution: resolution + third * Double(c))
      }
      return [\Shares.depth, \.width, \.resolution].reduce(hexagon) { polygon, side in
        Self.clipped(polygon) { $0[keyPath: side] }
      }
    }

    /// The part of a convex polygon on which a share is not below 0.
    private static func clipped(_ polygon: [Shares], _ share: (Shares) -> Double) -> [Shares] {
      zip(polygon, polygon.dropFirst() + polygon.prefix(1)).flatMap { from, to in
        let (a, b) = (share(from), share(to))
        let crossing = (a < 0) == (b < 0) ? [] : [from.toward(to, a / (a - b))]
        return (a < 0 ? [] : [from]) + crossing
      }
    }
  }
}

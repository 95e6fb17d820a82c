extension ScatterPlot {
  /// Heights of the box in pixels, as the style has them.
  private var height: Double { isSmall ? 230 : 340 }

  /// Names beside the points that are to have them.
  func labels(_ drawn: [Drawn], _ frame: PlotFrame) -> String {
    let labelled = drawn.flatMap { drawn in
      drawn.points.filter { $0.isLabelled && !$0.name.isEmpty }
        .map { (point: $0, frame: frame.moved(by: drawn.offset)) }
    }.prefix(Self.labelLimit)
    let placement = LabelPlacement(
      narrow: .init(width: 270, height: height), wide: .init(width: 1300, height: height),
      obstacles: drawn.flatMap { Self.obstacles($0, frame.moved(by: $0.offset)) })
    let places = placement.places(
      of: labelled.map { point, frame in
        let (x, y) = frame.place(point.x, point.y)
        return .init(x: x, y: y, text: point.name)
      })
    return zip(labelled, places).map { labelled, place in
      let (point, frame) = labelled
      return place?.markup(point.name, x: frame.x(point.x), y: frame.y(point.y)) ?? ""
    }.joined()
  }

  /// What labels keep clear of: marks in any case, intervals and lines where possible.
  private static func obstacles(
    _ drawn: Drawn, _ frame: PlotFrame
  ) -> [LabelPlacement.Obstacle] {
    let marks = drawn.points.map { point in
      let (x, y) = frame.place(point.x, point.y)
      return LabelPlacement.Obstacle(x: x, y: y)
    }
    let intervals = drawn.points.flatMap { point in
      point.interval.map { interval in
        LabelPlacement.obstacles(
          alongLineThrough: [interval.low, interval.high].map { frame.place(point.x, $0) })
      } ?? []
    }
    let samples = drawn.points.flatMap { point in
      point.samples.map { sample in
        let (x, y) = frame.place(point.x, sample)
        // As wide as the dots stand beside their mean.
        return LabelPlacement.Obstacle(x: x, y: y, halfWidth: 9, halfHeight: 3, isSoft: true)
      }
    }
    guard drawn.series.isConnected else { return marks + intervals + samples }
    return marks + intervals + samples
      + LabelPlacement.obstacles(
        alongLineThrough: drawn.points.map { frame.place($0.x, $0.y) })
  }
}

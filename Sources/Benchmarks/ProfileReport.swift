import Networks

/// Where the time of a step goes on one rank, for one image.
///
/// Every time is the mean over the middle half of the timed steps, from the first to the third
/// quartile of their durations. Like a median it does not know the outliers; unlike the medians of
/// parts, its parts make up the whole: operations and blocks each add up to the step.
package struct ProfileReport: Sendable, Encodable {
  /// A part of the step.
  package struct Part: Sendable, Encodable {
    /// Name of the operation or the block.
    package let name: String
    /// Sizes of a block; nil for an operation.
    package let shape: String?
    /// How a block comes by its expansion; nil for anything else.
    package let expansion: ExpansionUse?
    /// Seconds of an image: forward, backward, and in all, with what is neither.
    package let forwardSecondsPerImage, backwardSecondsPerImage, secondsPerImage: Double
    /// Share of the time of all laps.
    package let share: Double
    /// Bytes of tensors that are read and written for an image.
    package let bytesPerImage: Double
    /// Multiply-adds for an image, as they are executed.
    package let multiplyAddsPerImage: Double
    /// Both over the time they took.
    package let bytesPerSecond, gigaflops: Double
  }

  /// Kinds of work, the longest first; those that a step has none of are left out.
  package let operations: [Part]
  /// The stem, the blocks, the head, and what belongs to the step as a whole.
  package let blocks: [Part]
  /// All of it.
  package let whole: Part
  /// Images of the rank in a step.
  package let images: Int
  /// Seconds of a step by the clock around it.
  package let stepSeconds: Double
  /// Seconds of a step in all laps together.
  package let lapSeconds: Double
  /// What the laps are short of the step, as a share of it.
  package let difference: Double

  /// Sums up timed steps.
  ///
  /// - Parameters:
  ///   - steps: What was recorded in each, and the seconds that it took.
  ///   - expansions: How each block comes by its expansion.
  init(
    _ steps: [(record: StepProfile.Record, seconds: Double)], images: Int,
    _ architecture: Architecture, expansions: [ExpansionUse]
  ) {
    let outer = steps.count / 4
    let middle = steps.sorted { $0.seconds < $1.seconds }.dropFirst(outer).dropLast(outer)
    let imageCount = Double(images * middle.count)
    let lapNanoseconds = middle.reduce(0) { $0 + $1.record.total().nanoseconds }
    func part(
      _ name: String, _ operations: [StepProfile.Operation], place: Int? = nil,
      shape: String? = nil, expansion: ExpansionUse? = nil
    ) -> Part {
      let places = place.map { $0..<$0 + 1 }
      func nanoseconds(_ phases: [StepProfile.Phase]) -> Int {
        middle.reduce(0) {
          $0 + $1.record.total(of: operations, in: phases, at: places).nanoseconds
        }
      }
      let all = nanoseconds(StepProfile.Phase.allCases)
      // What is moved and multiplied is the same in every step.
      let counted = steps[0].record.total(of: operations, at: places)
      let bytes = (counted.read + counted.written) * MemoryLayout<Float>.stride
      let stepSeconds = Double(all) * 1e-9 / Double(middle.count)
      return Part(
        name: name, shape: shape, expansion: expansion,
        forwardSecondsPerImage: Double(nanoseconds([.forward])) * 1e-9 / imageCount,
        backwardSecondsPerImage: Double(nanoseconds([.backward])) * 1e-9 / imageCount,
        secondsPerImage: Double(all) * 1e-9 / imageCount,
        share: Double(all) / Double(max(lapNanoseconds, 1)),
        bytesPerImage: Double(bytes) / Double(images),
        multiplyAddsPerImage: Double(counted.multiplyAdds) / Double(images),
        bytesPerSecond: all > 0 ? Double(bytes) / stepSeconds : 0,
        gigaflops: all > 0 ? 2 * Double(counted.multiplyAdds) / stepSeconds * 1e-9 : 0)
    }
    let kinds = StepProfile.Operation.allCases
    operations = kinds.map { part($0.name, [$0]) }.filter { $0.secondsPerImage > 0 }
      .sorted { $0.secondsPerImage > $1.secondsPerImage }
    blocks = StepProfile.placeNames(architecture).enumerated().map { place, name in
      let isBlock = expansions.indices.contains(place - 1)
      return part(
        name, kinds, place: place, shape: Self.shape(architecture, place: place),
        expansion: isBlock ? expansions[place - 1] : nil)
    }
    whole = part("all", kinds)
    self.images = images
    stepSeconds = middle.reduce(0) { $0 + $1.seconds } / Double(middle.count)
    lapSeconds = Double(lapNanoseconds) * 1e-9 / Double(middle.count)
    difference = (stepSeconds - lapSeconds) / stepSeconds
  }

  /// Sizes of a place of ``StepProfile/placeNames(_:)``: side, channels, kernel.
  private static func shape(_ architecture: Architecture, place: Int) -> String {
    let (a, blocks) = (architecture, architecture.blocks)
    switch place {
    case 0:
      let g = a.stemGeometry
      return "\(g.inputText) \(a.inputChannels)→\(a.stemChannels) \(g.kernelText)"
    case 1...blocks.count:
      let (block, g) = (blocks[place - 1], blocks[place - 1].geometry)
      let wide = block.stage.kind.isExpanding ? "\(block.expandedChannels)→" : ""
      return
        "\(g.inputText) \(block.inputChannels)→\(wide)\(block.outputChannels) \(g.kernelText)"
    case blocks.count + 1:
      let last = blocks[blocks.count - 1]
      return "\(last.geometry.outputText) \(last.outputChannels)→\(a.headChannels)→\(a.classes)"
    default: return ""
    }
  }
}

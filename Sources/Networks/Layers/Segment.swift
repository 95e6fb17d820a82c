/// Layers in evaluation, from one tensor that is kept of all images to the next.
///
/// What is wide in between is kept of a few images at a time, and stays in the cache.
struct Segment {
  let steps: [any ForwardStep]
  /// Images that go through together.
  let imagesAtOnce: Int

  func prepare(_ work: Workspace) {
    for step in steps { step.prepare(work) }
  }

  func forward(_ work: Workspace, _ run: ImageRun) {
    var first = 0
    while first < run.imageCount {
      // Rooms of a few images are filled from their beginning at every multiple of these.
      let left = imagesAtOnce - (run.firstImage + first) % imagesAtOnce
      let part = run.part(from: first, upTo: left)
      for step in steps { step.forward(work, part) }
      first += part.imageCount
    }
  }
}

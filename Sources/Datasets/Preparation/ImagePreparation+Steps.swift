import Images
import Tensors

extension ImagePreparation {
  /// The part of a picture that is used, and what becomes of it.
  struct Framing: Equatable {
    /// The part, in pixels of the picture.
    var box: ImageBox
    /// Its size in the network's input.
    var height, width: Int
    /// By how much the picture may be reduced while it is decoded.
    var reduction: Int {
      [8, 4, 2].first { box.height >= Double($0 * height) && box.width >= Double($0 * width) } ?? 1
    }
  }

  /// Chooses the part of a picture that is used.
  ///
  /// - Parameter key: What a training picture is augmented by; nil for evaluation.
  func framing(height: Int, width: Int, key: RandomKey?) -> Framing {
    let whole = ImageBox(x: 0, y: 0, width: Double(width), height: Double(height))
    var framing = Framing(box: whole, height: resolution, width: resolution)
    switch (fit, key) {
    case (.stretch, _): break
    case (.pad, _): (framing.height, framing.width) = paddedSize(height: height, width: width)
    case (.crop, let key?):
      framing.box = randomCrop.box(
        height: height, width: width, key: key)
    case (.crop, nil):
      framing.box = evaluationCrop.box(height: height, width: width, resolution: resolution)
    }
    return framing
  }

  /// Brings the decoded `scratch.picture` to the network's resolution in `scratch.current`.
  func frame(_ scratch: ImageScratch, _ framing: Framing, size: (height: Int, width: Int)) {
    // Decoding rounds a reduced size up; the pixels' raster is reduced exactly.
    let scale = scratch.picture.width < size.width ? 1 / Double(framing.reduction) : 1
    let box = ImageBox(
      x: framing.box.x * scale, y: framing.box.y * scale, width: framing.box.width * scale,
      height: framing.box.height * scale)
    scratch.resizer.resize(
      scratch.picture, box: box, height: framing.height, width: framing.width, filter: filter,
      into: scratch.current)
    if framing.height != resolution || framing.width != resolution { pad(scratch) }
  }

  /// Changes the framed picture at random.
  func augment(_ scratch: ImageScratch, _ key: RandomKey) {
    if affine != AffineAugmentation() {
      let map = affine.map(key: key, resolution: resolution)
      AffineSampler.sample(scratch.current, map, fill: fill, into: scratch.other)
      swap(&scratch.current, &scratch.other)
    }
    flip.apply(to: scratch.current, key: key)
    jitter.apply(to: scratch.current, key: key)
    policy.apply(to: scratch.current, scratch: scratch.other, key: key)
  }

  /// Mixes the images of a micro-batch with each other.
  func mix(_ buffer: MicroBatchBuffer, _ key: RandomKey) {
    guard mixing != BatchMixing() else { return }
    mixing.mix(
      images: buffer.images.start, count: buffer.count, resolution: resolution,
      channels: channels, labels: buffer.labels, samples: buffer.samples, key: key,
      partnerLabels: &buffer.partnerLabels, weights: &buffer.labelWeights)
  }

  /// Height and width that a whole picture takes up in the padded input.
  private func paddedSize(height: Int, width: Int) -> (height: Int, width: Int) {
    let longSide = max(height, width)
    if longSide <= resolution { return (height, width) }
    func reduced(_ side: Int) -> Int {
      max(1, (2 * side * resolution + longSide) / (2 * longSide))
    }
    return (reduced(height), reduced(width))
  }

  /// Centres `scratch.current` in a square.
  private func pad(_ scratch: ImageScratch) {
    let (picture, square) = (scratch.current, scratch.other)
    square.reshape(height: resolution, width: resolution, channels: picture.channels)
    square.bytes.update(repeating: fill)
    let (top, left) = ((resolution - picture.height) / 2, (resolution - picture.width) / 2)
    let row = picture.width * picture.channels
    for line in 0..<picture.height {
      let start = ((top + line) * resolution + left) * picture.channels
      (square.start + start).update(from: picture.start + line * row, count: row)
    }
    swap(&scratch.current, &scratch.other)
  }
}

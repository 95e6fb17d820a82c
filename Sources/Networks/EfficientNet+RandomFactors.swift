import Tensors

extension EfficientNet {
  /// Decides for each image and short cut whether the branch beside it is kept: 1/(1 − p) or 0.
  func drawDropPath(_ key: RandomKey?) {
    for shortcut in chain.trained.compactMap(\.output.shortcut) {
      for image in 0..<layout.capacity {
        guard let key, shortcut.dropPath > 0 else {
          shortcut.factors.start[image] = 1
          continue
        }
        var random = CounterRandom(
          key.of(sample: samples[image]), .dropPath(block: shortcut.block))
        let isKept = random.uniform() >= shortcut.dropPath
        shortcut.factors.start[image] = isKept ? Float(1 / (1 - shortcut.dropPath)) : 0
      }
    }
  }

  /// Decides for each image and unit of the head whether it is kept: 1/(1 − rate) or 0.
  func drawDropout(_ key: RandomKey?) {
    let rate = architecture.dropout
    let stride = channelStride(architecture.headChannels)
    let unitFactors = chain.classifier.unitFactors
    guard let key, rate > 0 else {
      unitFactors.values.update(repeating: 1)
      return
    }
    let kept = Float(1 / (1 - rate))
    for image in 0..<layout.capacity {
      var random = CounterRandom(key.of(sample: samples[image]), .dropout)
      let factors = unitFactors.start + image * stride
      for unit in 0..<architecture.headChannels {
        factors[unit] = random.uniform() >= rate ? kept : 0
      }
    }
  }
}

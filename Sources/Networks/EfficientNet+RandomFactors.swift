import Tensors

extension EfficientNet {
  /// Decides for each image and skip block whether the branch is kept: 1/(1 − p) or 0.
  func drawDropPath(_ key: RandomKey?) {
    for block in blocks {
      let factors = work.branchFactors.start + block.index * layout.capacity
      for image in 0..<layout.capacity {
        guard let key, !block.isFrozen, block.shape.hasSkip, block.shape.dropPath > 0 else {
          factors[image] = 1
          continue
        }
        var random = CounterRandom(
          seed: key.seed, epoch: key.epoch, sample: samples[image],
          purpose: .dropPath(block: block.index))
        let isKept = random.uniform() >= block.shape.dropPath
        factors[image] = isKept ? Float(1 / (1 - block.shape.dropPath)) : 0
      }
    }
  }

  /// Decides for each image and unit of the head whether it is kept: 1/(1 − rate) or 0.
  func drawDropout(_ key: RandomKey?) {
    let rate = architecture.dropout
    let stride = channelStride(architecture.headChannels)
    guard let key, rate > 0 else {
      head.unitFactors.values.update(repeating: 1)
      return
    }
    let kept = Float(1 / (1 - rate))
    for image in 0..<layout.capacity {
      var random = CounterRandom(
        seed: key.seed, epoch: key.epoch, sample: samples[image], purpose: .dropout)
      let factors = head.unitFactors.start + image * stride
      for unit in 0..<architecture.headChannels {
        factors[unit] = random.uniform() >= rate ? kept : 0
      }
    }
  }
}

import Datasets
import Networks

extension ImagePreparation {
  /// What a configuration asks for.
  init(_ configuration: Configuration) {
    let data = configuration.data
    self.init(
      resolution: Architecture(configuration.network, classes: 1).resolution, fit: data.fit,
      normalization: Normalization(mean: data.mean, deviation: data.deviation))
    filter = data.interpolation
    evaluationCrop = data.evaluationCrop
    randomCrop = RandomResizedCrop(
      area: data.cropArea[0]...data.cropArea[1], aspect: data.cropAspect[0]...data.cropAspect[1])
    affine = AffineAugmentation(shift: data.shift, rotation: data.rotation, scale: data.scale)
    flip = HorizontalFlip(probability: data.flip ? 0.5 : 0)
    jitter = ColorJitter(
      brightness: data.brightness, contrast: data.contrast, saturation: data.saturation,
      hue: data.hue)
    policy =
      switch data.policy {
      case .none: .none
      case .autoAugment: .autoAugment
      case .randAugment:
        .randAugment(layers: data.policyLayers, magnitude: data.policyMagnitude)
      }
    erasing = RandomErasing(probability: data.erasing, fill: data.erasingFill)
    mixing = BatchMixing(mixup: data.mixup, cutmix: data.cutmix)
  }
}

/// Networks with their published results on ImageNet, one run each: table 2 of the EfficientNet
/// paper (Tan & Le 2019, arXiv:1905.11946 v5), and table 1 of TinyNets (Han et al. 2020,
/// arXiv:2010.14819).
struct PublishedNetwork {
  let family, name: String
  /// In percent.
  let top1: Double
  /// In percent, where it is published.
  let top5: Double?
  /// Millions, as published.
  let parameters: Double?
  /// Multiply-adds in billions, as published: "FLOPS" in the paper's words.
  let multiplyAdds: Double?

  private init(
    _ family: String, _ name: String, _ top1: Double, _ top5: Double?, _ parameters: Double?,
    _ multiplyAdds: Double?
  ) {
    self.family = family
    self.name = name
    self.top1 = top1
    self.top5 = top5
    self.parameters = parameters
    self.multiplyAdds = multiplyAdds
  }

  static let efficientNets = [
    PublishedNetwork("EfficientNet", "B0", 77.1, 93.3, 5.3, 0.39),
    PublishedNetwork("EfficientNet", "B1", 79.1, 94.4, 7.8, 0.70),
    PublishedNetwork("EfficientNet", "B2", 80.1, 94.9, 9.2, 1.0),
    PublishedNetwork("EfficientNet", "B3", 81.6, 95.7, 12, 1.8),
    PublishedNetwork("EfficientNet", "B4", 82.9, 96.4, 19, 4.2),
    PublishedNetwork("EfficientNet", "B5", 83.6, 96.7, 30, 9.9),
    PublishedNetwork("EfficientNet", "B6", 84.0, 96.8, 43, 19),
    PublishedNetwork("EfficientNet", "B7", 84.3, 97.0, 66, 37),
  ]

  static let others = [
    PublishedNetwork("ResNet", "ResNet-50", 76.0, 93.0, 26, 4.1),
    PublishedNetwork("ResNet", "ResNet-152", 77.8, 93.8, 60, 11),
    PublishedNetwork("DenseNet", "DenseNet-169", 76.2, 93.2, 14, 3.5),
    PublishedNetwork("DenseNet", "DenseNet-264", 77.9, 93.9, 34, 6.0),
    PublishedNetwork("Inception", "Inception-v3", 78.8, 94.4, 24, 5.7),
    PublishedNetwork("Inception", "Xception", 79.0, 94.5, 23, 8.4),
    PublishedNetwork("Inception", "Inception-v4", 80.0, 95.0, 48, 13),
    PublishedNetwork("Inception", "Inception-ResNet-v2", 80.1, 95.1, 56, 13),
    PublishedNetwork("ResNeXt and SENet", "ResNeXt-101", 80.9, 95.6, 84, 32),
    PublishedNetwork("ResNeXt and SENet", "PolyNet", 81.3, 95.8, 92, 35),
    PublishedNetwork("ResNeXt and SENet", "SENet", 82.7, 96.2, 146, 42),
    PublishedNetwork("searched", "NASNet-A", 82.7, 96.2, 89, 24),
    PublishedNetwork("searched", "AmoebaNet-A", 82.8, 96.1, 87, 23),
    PublishedNetwork("searched", "PNASNet", 82.9, 96.2, 86, 23),
    PublishedNetwork("searched", "AmoebaNet-C", 83.5, 96.5, 155, 41),
    PublishedNetwork("searched", "GPipe", 84.3, 97.0, 557, nil),
    PublishedNetwork("TinyNet", "TinyNet-A", 76.8, nil, nil, 0.339),
    PublishedNetwork("TinyNet", "TinyNet-B", 75.0, nil, nil, 0.202),
    PublishedNetwork("TinyNet", "TinyNet-C", 71.2, nil, nil, 0.100),
    PublishedNetwork("TinyNet", "TinyNet-D", 67.0, nil, nil, 0.052),
    PublishedNetwork("TinyNet", "TinyNet-E", 59.9, nil, nil, 0.024),
  ]
}

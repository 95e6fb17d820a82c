import Networks

extension Architecture {
  /// Whether the share of images whose class is among the five most probable is told: among ten
  /// classes, chance alone puts half of them there.
  var tellsTop5: Bool { classes > 10 }
}

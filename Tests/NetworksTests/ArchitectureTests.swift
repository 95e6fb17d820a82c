import Networks
import XCTest

final class ArchitectureTests: XCTestCase {
  func testEveryVariantHasItsPublishedCounts() {
    // Trainable parameters as torchvision and timm count them; multiply-adds of all convolutions
    // and the classifier at the variant's own resolution, in millions.
    let published: [(Variant, Int, Double)] = [
      (.b0, 5_288_548, 385.81), (.b1, 7_794_184, 686.80), (.b2, 9_109_994, 993.56),
      (.b3, 12_233_232, 1827.14), (.b4, 19_341_616, 4393.77), (.b5, 30_389_784, 10266.4),
      (.b6, 43_040_704, 19067.6), (.b7, 66_347_960, 37745.9), (.b8, 87_413_142, 62597.5),
      (.l2, 480_309_308, 475_704), (.lite0, 4_652_008, 385.19), (.lite1, 5_416_680, 600.19),
      (.lite2, 6_092_072, 859.74), (.lite3, 8_197_096, 1383.3), (.lite4, 13_006_568, 2553.0),
    ]
    XCTAssertEqual(published.count, Variant.allCases.count)
    for (variant, parameters, megaMultiplyAdds) in published {
      let architecture = Architecture(variant)
      XCTAssertEqual(architecture.parameterTable.parameterCount, parameters, "\(variant)")
      let digits = megaMultiplyAdds < 5000 ? 0.0051 : 0.51
      XCTAssertEqual(
        Double(architecture.multiplyAdds) / 1e6, megaMultiplyAdds,
        accuracy: variant.isLite && megaMultiplyAdds > 1000 ? 0.051 : digits, "\(variant)")
    }
  }

  func testSqueezeFollowsTheInputOfABlock() {
    let blocks = Architecture(.b0).blocks
    XCTAssertEqual(
      blocks.map(\.squeezedChannels), [8, 4, 6, 6, 10, 10, 20, 20, 20, 28, 28, 28, 48, 48, 48, 48])
    XCTAssertEqual(blocks.filter(\.hasSkip).count, 9)
    XCTAssertEqual(blocks[15].name, "block7a")
    XCTAssertEqual(blocks[15].dropPath, 0.1875, accuracy: 1e-12)
    XCTAssertEqual(Architecture(.b7).blocks.last?.name, "block7d")
  }

  func testCompoundScalingReproducesTheFormula() {
    let scaling = CompoundScaling()
    XCTAssertEqual(scaling.costFactor, 1.92, accuracy: 0.01)
    XCTAssertEqual(
      scaling.coefficients(phi: 0), Coefficients(width: 1, depth: 1, resolution: 224))
    let one = scaling.coefficients(phi: 1)
    XCTAssertEqual(one.resolution, 258)
    XCTAssertEqual(one.depth, 1.2, accuracy: 1e-12)
    XCTAssertEqual(one.width, 1.1, accuracy: 1e-12)
    let ratio =
      Double(Architecture(one).multiplyAdds) / Double(Architecture(.b0).multiplyAdds)
    // Rounding of channels and repeats keeps the cost near the promised factor of two.
    XCTAssertEqual(ratio, 2.2, accuracy: 0.4)
  }

  func testGeometryFollowsTensorFlowPadding() {
    let expected: [(Int, [Int])] = [
      (224, [112, 112, 56, 28, 14, 14, 7, 7]), (65, [33, 33, 17, 9, 5, 5, 3, 3]),
      (32, [16, 16, 8, 4, 2, 2, 1, 1]),
    ]
    for (resolution, sides) in expected {
      var architecture = Architecture(.b0)
      architecture.resolution = resolution
      var found = [architecture.stemGeometry.outHeight]
      var index = 0
      for stage in architecture.stages {
        index += stage.repeats
        found.append(architecture.blocks[index - 1].geometry.outHeight)
      }
      XCTAssertEqual(found, sides)
    }
  }
}

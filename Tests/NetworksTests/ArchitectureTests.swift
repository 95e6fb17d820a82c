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
    for (variant, parameters, megaMultiplyAdds) in published {
      let architecture = Architecture(variant)
      XCTAssertEqual(architecture.parameterTable.parameterCount, parameters, "\(variant)")
      let digits = megaMultiplyAdds < 5000 ? 0.0051 : 0.51
      XCTAssertEqual(
        Double(architecture.multiplyAdds) / 1e6, megaMultiplyAdds,
        accuracy: variant.rawValue.hasPrefix("lite") && megaMultiplyAdds > 1000 ? 0.051 : digits,
        "\(variant)")
    }
  }

  func testTheSecondFamilyHasTheCountsOfKerasAndTimm() {
    // At the resolutions that the variants were trained at.
    let published: [(Variant, Int, Int)] = [
      (.v2b0, 7_139_704, 528_186_752), (.v2b1, 8_141_052, 747_003_008),
      (.v2b2, 10_096_086, 1_043_476_528), (.v2b3, 14_358_406, 1_908_036_640),
      (.v2s, 21_458_488, 5_307_561_248), (.v2m, 54_139_356, 15_736_775_680),
      (.v2l, 118_515_272, 35_899_418_624),
    ]
    for (variant, parameters, multiplyAdds) in published {
      let architecture = Architecture(variant)
      XCTAssertEqual(architecture.parameterTable.parameterCount, parameters, "\(variant)")
      XCTAssertEqual(architecture.multiplyAdds, multiplyAdds, "\(variant)")
      XCTAssertEqual(architecture.batchNormMomentum, 0.9)
    }
  }

  func testNamesAreThoseOfKeras() {
    let layers = Architecture(.v2s).parameterTable.layers.map(\.name)
    XCTAssertEqual(
      Array(layers.prefix(10)),
      [
        "stem_conv", "stem_bn", "block1a_project_conv", "block1a_project_bn",
        "block1b_project_conv", "block1b_project_bn", "block2a_expand_conv", "block2a_expand_bn",
        "block2a_project_conv", "block2a_project_bn",
      ])
    XCTAssertEqual(
      layers.filter { $0.hasPrefix("block4a") },
      [
        "block4a_expand_conv", "block4a_expand_bn", "block4a_dwconv2", "block4a_bn",
        "block4a_se_reduce", "block4a_se_expand", "block4a_project_conv", "block4a_project_bn",
      ])
  }

  func testRowsOfTheTableAreReadAsTheyAreWritten() throws {
    for text in [
      "ir_r2_k5_s2_e6_c40_se0.25", "ds_r1_k3_s1_e1_c16", "er_r4_k3_s2_e4_c48_se0.5",
      "cn_r2_k3_s1_e1_c24_skip", "cn_r1_k5_s2_e1_c8", "ir_r100_k3_s1_e64_c65536_se4",
      "ir_r2_k3_s1_e2_c8_noskip",
    ] {
      XCTAssertEqual(try Stage(notation: text).notation, text)
    }
    XCTAssertEqual(
      try Stage(notation: "ds_skip_c16_s1_k3_r1").notation, "ds_r1_k3_s1_e1_c16")
  }

  func testWhatIsNoRowIsToldWhy() {
    let faults = [
      ("", "begins with its kind, one of cn, ds, ir, er"),
      ("xx_r1_k3_s1_c8", "begins with its kind"),
      ("ir_r1_k3_s1_c8", "ir needs an expansion of e2 or more; without one it is ds"),
      ("er_r1_k3_s1_e1_c8", "without one it is cn"), ("ds_r1_k3_s1_e6_c8", "with one it is ir"),
      ("cn_r1_k3_s1_e4_c8", "with one it is er"), ("ir_k3_s1_e6_c8", "r, the repeats, is missing"),
      ("ir_r1_k3_s1_e6", "c, the channels, is missing"), ("ir_r1_r2_k3_s1_e6_c8", "r2 comes twice"),
      ("ir_r1_k4_s1_e6_c8", "k4 is not among"), ("ir_r1_k3_s3_e6_c8", "s3 is not among"),
      ("ir_r0_k3_s1_e6_c8", "r0 is not among"), ("ir_r-1_k3_s1_e6_c8", "r-1 is not among"),
      ("ir_r1_k3_s1_e6_c99999999999999999999", "is not among"),
      ("ir_r1_k3_s1_e6_c8_se0", "se0 is not se and a ratio"),
      ("ir_r1_k3_s1_e6_c8_senan", "senan is not se and a ratio"),
      ("ir_r1_k3_s1_e6_c8_se0x1p-2", "se0x1p-2 is not se and a ratio"),
      ("ir_r1_k3_s1_e6_c8_se25e-2", "se25e-2 is not se and a ratio"),
      ("ir_r1_k3_s1_e6_c8_se+0.25", "se+0.25 is not se and a ratio"),
      ("cn_r1_k3_s1_c8_se0.25", "se0.25 is not among"),
      ("ir_r1_k3_s1_e6_c8_", "a part without letter"),
      ("ir_r1_k3_s1_e6_c8_nre", "nre is not among"),
      ("cn_r1_k3_s1_c8_skip_noskip", "noskip comes twice"),
    ]
    for (text, part) in faults {
      XCTAssertThrowsError(try Stage(notation: text), text) {
        XCTAssertTrue("\($0)".contains(part), "\(text): \($0)")
      }
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
      Double(Architecture(.v1, one).multiplyAdds) / Double(Architecture(.b0).multiplyAdds)
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

  func testMultiplyAddsAreThoseOfAllConvolutions() {
    for variant in Variant.allCases {
      for resolution in [0, 33, 97] {
        for stemStride in [1, 2] {
          var architecture = Architecture(variant)
          if resolution > 0 { architecture.resolution = resolution }
          architecture.stemStride = stemStride
          architecture.inputChannels = 1 + stemStride
          let convolutions =
            [architecture.stem] + architecture.blocks.flatMap(\.convolutions) + [architecture.head]
          XCTAssertEqual(
            architecture.multiplyAdds,
            convolutions.reduce(architecture.headChannels * architecture.classes) {
              $0 + $1.multiplyAdds
            }, "\(variant) at \(resolution)")
        }
      }
    }
  }
}

import Foundation
import Networks
import Studies
import XCTest

/// Networks in the words of Keras, whose roundings are told by what its functions return.
final class KerasFormTests: XCTestCase {
  private let asked: [Double] = [16, 24, 40, 80, 112, 192, 320, 32, 1280]

  /// What `round_filters` of Keras 3.15 makes of ``asked``, by coefficient and divisor.
  private let computed: [(StageTable.Family, Double, Int, [Int])] = [
    (.v1, 1, 8, [16, 24, 40, 80, 112, 192, 320, 32, 1280]),
    (.v1, 1.1, 8, [16, 24, 48, 88, 120, 208, 352, 32, 1408]),
    (.v1, 1.4, 8, [24, 32, 56, 112, 160, 272, 448, 48, 1792]),
    (.v1, 0.25, 8, [8, 8, 16, 24, 32, 48, 80, 8, 320]),
    (.v1, 0.35, 8, [8, 8, 16, 32, 40, 64, 112, 16, 448]),
    (.v1, 0.1, 16, [16, 16, 16, 16, 16, 32, 32, 16, 128]),
    (.v1, 0.0125, 1, [1, 1, 1, 1, 2, 3, 4, 1, 16]),
    (.v1, 0.7, 4, [12, 16, 28, 56, 80, 136, 224, 24, 896]),
    (.v1, 0.1171875, 1, [2, 3, 5, 9, 13, 23, 38, 4, 150]),
    (.v2, 1.1, 8, [16, 24, 48, 88, 120, 208, 352, 32, 1408]),
    (.v2, 0.25, 8, [8, 8, 8, 24, 32, 48, 80, 8, 320]),
    (.v2, 0.1, 1, [2, 2, 4, 8, 11, 19, 32, 3, 128]),
    (.v2, 0.7, 4, [12, 16, 28, 56, 80, 136, 224, 24, 896]),
  ]

  func testFiltersAreRoundedAsKerasRoundsThem() {
    for (family, width, divisor, expected) in computed {
      let rounding = KerasRounding(family, width: width, divisor: divisor)
      XCTAssertEqual(asked.map(rounding.filters), expected, "\(family), \(width), \(divisor)")
    }
  }

  /// A network of separable stages, or of fused ones.
  private func network(
    stem: Int, head: Int, channels: [Int], kind: Stage.Kind = .separable
  ) -> Architecture {
    let isFused = kind == .convolution
    return Architecture(
      StageTable(
        isFused ? .v2 : .v1, stem: stem, head: head,
        channels.map { Stage(kind, kernel: 3, stride: 1, channels: $0, repeats: 2) }),
      Coefficients(width: 1, depth: 1, resolution: 32))
  }

  func testACoefficientIsFoundForWhateverKerasCanMake() throws {
    for variant in Variant.allCases {
      let architecture = Architecture(variant)
      let rounding = try XCTUnwrap(KerasRounding(architecture), variant.rawValue)
      XCTAssertEqual(rounding.filters(1280), architecture.headChannels, variant.rawValue)
    }
    // Stem and head as 1 to 40, rounded; and with other stems, where all channels have a common
    // divisor.
    for (stem, head) in [(8, 320), (16, 448), (4, 150), (16, 128), (24, 48)] {
      let architecture = network(stem: stem, head: head, channels: [stem, 2 * stem])
      let rounding = try XCTUnwrap(KerasRounding(architecture), "\(stem), \(head)")
      XCTAssertEqual(rounding.filters(32), stem)
      XCTAssertEqual(rounding.filters(1280), head)
    }
    XCTAssertNil(KerasRounding(network(stem: 16, head: 128, channels: [8, 24])))
    XCTAssertNil(KerasRounding(network(stem: 8, head: 1280, channels: [8])))
  }

  func testTheSecondFamilyHasAnyStemAndHead() throws {
    let architecture = network(stem: 9, head: 100, channels: [7, 13], kind: .convolution)
    let function = try KerasFunction(architecture)
    XCTAssertEqual(function.name, "EfficientNetV2")
    guard case .number(let width) = function.arguments["width_coefficient"],
      case .whole(1) = function.arguments["depth_divisor"],
      case .list(let blocks) = function.arguments["blocks_args"]
    else { return XCTFail("\(function.arguments)") }
    let rounding = KerasRounding(.v2, width: width, divisor: 1)
    XCTAssertEqual(rounding.filters(1280), 100)
    let channels: [[Int]] = blocks.map { block in
      guard case .object(let block) = block else { return [] }
      return ["input_filters", "output_filters"].compactMap { key in
        if case .number(let filters) = block[key] { rounding.filters(filters) } else { nil }
      }
    }
    XCTAssertEqual(channels, [[9, 7], [7, 13]])
  }

  func testWhatKerasFunctionCannotMakeIsToldAndHasItsLayers() throws {
    var networks = [network(stem: 16, head: 128, channels: [8])]
    networks.append(contentsOf: Array(repeating: Architecture(.b0), count: 4))
    networks[1].stemStride = 1
    networks[2].batchNormEpsilon = 1e-5
    networks[3].stages[2].repeats = 27
    networks[4].stages[2].squeezeRatio = 1.5
    networks.append(Architecture(.lite0))
    networks[5].stages[0].squeezeRatio = 0.25
    networks.append(network(stem: 8, head: 320, channels: [8], kind: .convolution))
    networks[6].stages[0].hasShortcuts = false
    for (number, architecture) in networks.enumerated() {
      XCTAssertThrowsError(try KerasFunction(architecture), "\(number)")
      let form = KerasForm(architecture, mean: [0.5], deviation: [0.25])
      XCTAssertNil(form.arguments)
      XCTAssertNotNil(form.reason)
      XCTAssertTrue(form.python.contains("DepthwiseConv2D"))
    }
    XCTAssertEqual(
      Set(networks.map { KerasForm($0, mean: [], deviation: []).reason }).count, networks.count)
    XCTAssertNotNil(KerasForm(Architecture(.b0), mean: [0.5], deviation: [0.25]).arguments)
  }

  func testTimmIsRefusedWhereItRoundsOtherwise() {
    var architecture = Architecture(.b0)
    XCTAssertNil(TimmForm(architecture).reason)
    architecture.stages[1].channels = 20
    architecture.stages[2].expansion = 2
    XCTAssertNotNil(TimmForm(architecture).python)
    architecture.stages[2].expansion = 3
    let form = TimmForm(architecture)
    XCTAssertNil(form.python)
    XCTAssertTrue(form.reason?.contains("60 channels in the middle of block3a") ?? false)
  }

  func testTheFileHasTheNamesOfKeras() throws {
    var architecture = Architecture(.b0)
    architecture.stages[3].hasShortcuts = false
    let form = KerasForm(architecture, mean: [0.5, 0.25, 0.125], deviation: [0.5, 0.25, 1])
    let json = try XCTUnwrap(
      try JSONSerialization.jsonObject(with: Data(form.json.utf8)) as? [String: Any])
    let arguments = try XCTUnwrap(json["arguments"] as? [String: Any])
    XCTAssertEqual(
      json["function"] as? String, "keras.src.applications.efficientnet.EfficientNet")
    XCTAssertTrue(arguments["weights"] is NSNull)
    XCTAssertEqual(arguments["width_coefficient"] as? Double, 1)
    let blocks = try XCTUnwrap(arguments["blocks_args"] as? [[String: Any]])
    XCTAssertEqual(blocks.compactMap { $0["filters_in"] as? Int }, [32, 16, 24, 40, 80, 112, 192])
    XCTAssertEqual(blocks.compactMap { $0["id_skip"] as? Bool }.firstIndex(of: false), 3)
    XCTAssertEqual(
      (json["normalization"] as? [String: [Double]])?["variance"], [0.25, 0.0625, 1])
    let timm = try XCTUnwrap(json["timm"] as? [String: Any])
    XCTAssertEqual((timm["rows"] as? [[String]])?[1], ["ir_r2_k3_s2_e6_c24_se0.25"])
    XCTAssertEqual((timm["rows"] as? [[String]])?[3], ["ir_r3_k3_s2_e6_c80_se0.25_noskip"])
  }
}

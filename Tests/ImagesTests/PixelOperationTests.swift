import Images
import XCTest

/// Every operation against Pillow, torchvision, or the official formula; bit for bit, for all of
/// them compute with the same roundings.
final class PixelOperationTests: XCTestCase {
  func testOperationsOnValuesMatchPillow() throws {
    let fixture = try AugmentationFixture()
    try fixture.check("invert") { image, _ in image.invert() }
    try fixture.check("autoContrast") { image, _ in image.autoContrast() }
    try fixture.check("equalize") { image, _ in image.equalize() }
    try fixture.check("posterize 3") { image, _ in image.posterize(bits: 3) }
    try fixture.check("solarize 154") { image, _ in image.solarize(threshold: 154) }
    for factor in [0.46, 1.9] {
      try fixture.check("brightness \(factor)") { image, _ in image.adjustBrightness(factor) }
      try fixture.check("contrast \(factor)") { image, _ in
        image.adjustContrast(factor, around: image.meanGrey(.pillow))
      }
    }
  }

  func testOperationsOnValuesMatchTheOfficialFormulae() throws {
    let fixture = try AugmentationFixture()
    try fixture.check("posterize 0") { image, _ in image.posterize(bits: 0) }
    try fixture.check("solarizeAdd 77") { image, _ in image.solarize(adding: 77) }
    let grey = UInt8(AugmentationFixture.height * AugmentationFixture.width / 256)
    for factor in [0.46, 1.9] {
      try fixture.check("official contrast \(factor)") { image, _ in
        image.adjustContrast(factor, around: grey)
      }
    }
  }

  func testSaturationMatchesPillowAndTheOfficialFormula() throws {
    let fixture = try AugmentationFixture()
    for factor in [0.46, 1.9] {
      try fixture.check("saturation \(factor)", kinds: [.colour]) { image, _ in
        image.adjustSaturation(factor, .pillow)
      }
      try fixture.check("official saturation \(factor)", kinds: [.colour]) { image, _ in
        image.adjustSaturation(factor, .tensorFlow)
      }
    }
  }

  func testHueMatchesTorchvision() throws {
    let fixture = try AugmentationFixture()
    for turn in [0.1, -0.37, 0.5] {
      try fixture.check("hue \(turn)", kinds: [.colour]) { image, _ in image.rotateHue(by: turn) }
    }
  }

  func testSharpnessMatchesTheOfficialFormula() throws {
    let fixture = try AugmentationFixture()
    for factor in [0.46, 1.9] {
      try fixture.check("sharpness \(factor)") { image, scratch in
        image.adjustSharpness(factor, scratch: scratch)
      }
    }
  }

  func testGeometryMatchesPillow() throws {
    let fixture = try AugmentationFixture()
    try fixture.check("flip") { image, _ in image.flipHorizontally() }
    for degrees in [24, -30] {
      try fixture.check("rotate \(degrees)") { image, scratch in
        image.rotate(degrees: Double(degrees), scratch: scratch)
      }
    }
    for slope in [0.27, -0.12] {
      try fixture.check("shearX \(slope)") { image, scratch in
        image.shearX(slope, scratch: scratch)
      }
      try fixture.check("shearY \(slope)") { image, scratch in
        image.shearY(slope, scratch: scratch)
      }
    }
    try fixture.check("translate 17 0") { image, scratch in
      image.translate(x: 17, y: 0, scratch: scratch)
    }
    try fixture.check("translate 0 -12") { image, scratch in
      image.translate(x: 0, y: -12, scratch: scratch)
    }
  }

  func testCutoutMatchesTheOfficialFormula() throws {
    let fixture = try AugmentationFixture()
    try fixture.check("cutout 30 20 9") { image, _ in image.cutOut(x: 30, y: 20, halfSide: 9) }
    try fixture.check("cutout 3 38 7") { image, _ in image.cutOut(x: 3, y: 38, halfSide: 7) }
  }

  func testAmountsThatMeanNothingChangeNothing() throws {
    let fixture = try AugmentationFixture()
    for kind in AugmentationFixture.Kind.allCases {
      let image = try fixture.picture(kind)
      let before = Array(image.bytes)
      let scratch = PixelImage()
      image.posterize(bits: 8)
      image.posterize(bits: 11)
      image.solarize(threshold: 256)
      image.solarize(adding: 0)
      image.adjustBrightness(1)
      image.adjustContrast(1, around: 77)
      image.adjustSaturation(1, .pillow)
      image.adjustSharpness(1, scratch: scratch)
      image.rotate(degrees: 0, scratch: scratch)
      image.shearX(0, scratch: scratch)
      image.translate(x: 0, y: 0, scratch: scratch)
      image.cutOut(x: 5, y: 5, halfSide: 0)
      XCTAssertEqual(Array(image.bytes), before, kind.rawValue)
    }
  }

  func testGreyPicturesHaveNoColourToChange() throws {
    let fixture = try AugmentationFixture()
    let image = try fixture.picture(.grey)
    let before = Array(image.bytes)
    image.adjustSaturation(0, .pillow)
    image.rotateHue(by: 0.3)
    XCTAssertEqual(Array(image.bytes), before)
  }

  func testPicturesOfOneValueAndOfOnePixelAreNoTrouble() {
    let scratch = PixelImage()
    for (height, width) in [(0, 0), (1, 1), (2, 3), (9, 1)] {
      let image = PixelImage(height: height, width: width, channels: 3)
      image.bytes.update(repeating: 90)
      image.autoContrast()
      image.equalize()
      image.flipHorizontally()
      image.adjustSharpness(1.9, scratch: scratch)
      image.adjustContrast(2, around: image.meanGrey(.pillow))
      image.rotateHue(by: 0.2)
      image.rotate(degrees: 0, scratch: scratch)
      XCTAssertEqual(Array(image.bytes), Array(repeating: 90, count: 3 * height * width))
    }
  }

  func testATranslationBeyondThePictureLeavesNeutralGrey() throws {
    let image = try AugmentationFixture().picture(.colour)
    image.translate(x: -280, y: 0, scratch: PixelImage())
    XCTAssert(image.bytes.allSatisfy { $0 == PixelImage.neutralGrey })
  }
}

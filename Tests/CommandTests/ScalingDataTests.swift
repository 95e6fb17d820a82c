import Foundation
import XCTest

/// `benchmark scaling` on real images.
final class ScalingDataTests: PictureTestCase {
  func testLoadingCountsAsWaitingForData() throws {
    try preparePictures()
    try succeed([
      "benchmark", "scaling", "--config", "small.yaml", "--weak", "--batch", "4", "--steps", "3",
      "--repetitions", "1", "--output", "report",
    ])
    let report = try XCTUnwrap(
      JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: path("report/scaling.json"))))
        as? [String: Any])
    let points = try XCTUnwrap(report["points"] as? [[String: Any]])
    XCTAssertEqual(points.count, 3)
    for point in points {
      let parts = try XCTUnwrap(point["parts"] as? [String: Any])
      let data = try XCTUnwrap(parts["data"] as? Double)
      XCTAssertGreaterThan(data, 0)
      XCTAssertLessThan(data, try XCTUnwrap(parts["step"] as? Double))
    }
    let text = try String(contentsOfFile: path("report/scaling.md"), encoding: .utf8)
    XCTAssertTrue(text.contains("images of small.yaml"), text)
    XCTAssertFalse(text.contains("the images are synthetic"), text)
  }
}

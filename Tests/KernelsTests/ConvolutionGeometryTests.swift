import Kernels
import XCTest

final class ConvolutionGeometryTests: XCTestCase {
  func testPaddingIsTensorFlows() {
    // Side, kernel, stride; side of the output and zeros before, as TensorFlow's SAME has them.
    let expected: [(Int, Int, Int, Int, Int)] = [
      (224, 3, 2, 112, 0), (225, 3, 2, 113, 1), (112, 3, 1, 112, 1), (112, 5, 2, 56, 1),
      (15, 5, 2, 8, 2), (14, 5, 1, 14, 2), (1, 3, 1, 1, 1), (1, 3, 2, 1, 1), (1, 5, 2, 1, 2),
      (2, 5, 2, 1, 1), (3, 5, 2, 2, 2),
    ]
    for (side, kernel, stride, out, before) in expected {
      let label = "\(kernel)×\(kernel) with stride \(stride) over \(side)"
      let tall = ConvolutionGeometry(height: side, width: 9, kernel: kernel, stride: stride)
      XCTAssertEqual([tall.outHeight, tall.padTop], [out, before], label)
      let wide = ConvolutionGeometry(height: 9, width: side, kernel: kernel, stride: stride)
      XCTAssertEqual([wide.outWidth, wide.padLeft], [out, before], label)
      XCTAssertEqual(wide.outputs, wide.outHeight * out, label)
    }
  }
}

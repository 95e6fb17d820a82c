import Kernels
import Tensors

/// Images that go through a layer together: a micro-batch in training, a few in evaluation.
struct ImageRun {
  /// Position among this rank's micro-batches.
  let index: Int
  /// Batch-norm group, counted from this rank's first.
  let group: Int
  /// Where its images start in every tensor of all images.
  let firstImage: Int
  /// Its images; fewer than the micro-batch size in a short batch, possibly none.
  let imageCount: Int

  /// Its images.
  var images: Range<Int> { firstImage..<firstImage + imageCount }

  /// Its images from the one at `first` on, at most `count` of them.
  func part(from first: Int, upTo count: Int) -> ImageRun {
    ImageRun(
      index: index, group: group, firstImage: firstImage + first,
      imageCount: min(count, imageCount - first))
  }
}

/// Calls `body` with runs of at most `PixelProduct.tileRows` of `rows` rows.
@inline(__always)
func forEachTile(of rows: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
  var first = 0
  while first < rows {
    let count = min(PixelProduct.tileRows, rows - first)
    body(first, count)
    first += count
  }
}

/// Calls `body` with the parts of a run of rows that belong to one image each.
@inline(__always)
func forEachImage(
  ofRows first: Int, _ count: Int, pixels: Int,
  _ body: (_ image: Int, _ first: Int, _ count: Int) -> Void
) {
  var row = first
  while row < first + count {
    let image = row / pixels
    let end = min((image + 1) * pixels, first + count)
    body(image, row, end - row)
    row = end
  }
}

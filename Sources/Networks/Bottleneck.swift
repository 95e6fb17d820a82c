import Kernels
import Tensors

/// What training and evaluation of a block have in common: its sizes.
protocol Bottleneck {
  var shape: Architecture.Block { get }
}

extension Bottleneck {
  /// Channel strides of input, middle and output.
  var narrowIn: Int { channelStride(shape.inputChannels) }
  var wide: Int { channelStride(shape.expandedChannels) }
  var narrowOut: Int { channelStride(shape.outputChannels) }
  var inputPixels: Int { shape.geometry.height * shape.geometry.width }
  var outputPixels: Int { shape.geometry.outputs }

  /// Images whose pixels make up about one tile, so that small images share a product.
  var imagesPerTile: Int { max(1, GEMM.tileRows / outputPixels) }

  /// Whether an image has fewer pixels than outputs: then its gate meets the pixels, else the
  /// kernel.
  var gatesPixels: Bool {
    shape.squeezedChannels != nil && outputPixels < min(shape.outputChannels, GEMM.tileRows)
  }
}

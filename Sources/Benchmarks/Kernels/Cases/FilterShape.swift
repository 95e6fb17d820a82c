import Kernels
import Networks
import Tensors

/// A depthwise convolution of one image.
struct FilterShape: CustomStringConvertible {
  let geometry: ConvolutionGeometry
  let channels: Int
  /// Channels in front of the expansion; nil without one.
  let inputChannels: Int?

  init(_ block: Architecture.Block, isExpanded: Bool) {
    geometry = block.geometry
    channels = block.expandedChannels
    inputChannels = isExpanded ? block.inputChannels : nil
  }

  /// The same convolution of an odd image with few channels.
  init(smallerThan other: FilterShape) {
    geometry = ConvolutionGeometry(
      height: 13, width: 9, kernel: other.geometry.kernel, stride: other.geometry.stride)
    channels = 24
    inputChannels = other.inputChannels == nil ? nil : 5
  }

  var inputs: Int { geometry.height * geometry.width }
  var products: Int { geometry.outputs * geometry.kernel * geometry.kernel * channels }
  var expansionProducts: Int { inputs * (inputChannels ?? 0) * channels }
  /// Floats of what is read, and of the output.
  var inputFloats: Int { inputs * channelStride(inputChannels ?? channels) }
  var outputFloats: Int { geometry.outputs * channelStride(channels) }

  var description: String {
    "\(geometry.inputText)×\(inputChannels.map { "\($0)→" } ?? "")\(channels) \(geometry.kernelText)"
  }
}

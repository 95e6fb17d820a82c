import Kernels
import Tensors

/// Squeeze-and-excitation with what it keeps of every image.
final class GateLayer {
  let operation: SqueezeExcitation
  let places: ConvolutionPlaces.GatePlaces
  private let capacity: Int
  private let pooled, reduced, hidden, gate: FloatBuffer
  private let dgate, dreduced, dpooled: FloatBuffer

  /// - Parameter capacity: Images that there is room for: all, or a few at a time.
  init(
    _ operation: SqueezeExcitation, _ places: ConvolutionPlaces.GatePlaces, capacity: Int
  ) throws(MemoryShortage) {
    self.operation = operation
    self.places = places
    self.capacity = capacity
    let wide = capacity * channelStride(operation.channels)
    let narrow = capacity * channelStride(operation.squeezed)
    pooled = try FloatBuffer(count: wide)
    reduced = try FloatBuffer(count: narrow)
    hidden = try FloatBuffer(count: narrow)
    gate = try FloatBuffer(count: wide)
    dgate = try FloatBuffer(count: wide)
    dreduced = try FloatBuffer(count: narrow)
    dpooled = try FloatBuffer(count: wide)
  }

  private func wide(_ buffer: FloatBuffer, _ image: Int) -> UnsafeMutablePointer<Float> {
    buffer.start + image % capacity * channelStride(operation.channels)
  }

  private func narrow(_ buffer: FloatBuffer, _ image: Int) -> UnsafeMutablePointer<Float> {
    buffer.start + image % capacity * channelStride(operation.squeezed)
  }

  /// Means over an image's pixels, `[C]`.
  func pooled(_ image: Int) -> UnsafeMutablePointer<Float> { wide(pooled, image) }
  /// Factors of an image, `[C]`, and their gradient.
  func gate(_ image: Int) -> UnsafeMutablePointer<Float> { wide(gate, image) }
  func dgate(_ image: Int) -> UnsafeMutablePointer<Float> { wide(dgate, image) }
  /// What the mean of an image hands back to each of its pixels, `[C]`.
  func dpooled(_ image: Int) -> UnsafeMutablePointer<Float> { wide(dpooled, image) }

  /// Multiply-adds of both products.
  private func products(_ images: Int) -> Int {
    2 * images * operation.channels * operation.squeezed
  }

  /// Computes the gates of pooled images.
  func forward(_ work: Workspace, _ part: ImageRun, at place: StepProfile.Place) {
    let weights = work.weights.start
    operation.forward(
      pooled: pooled(part.firstImage), images: part.imageCount,
      reduceKernel: weights + places.reduceKernel, reduceBias: weights + places.reduceBias,
      expandKernel: weights + places.expandKernel, expandBias: weights + places.expandBias,
      reduced: narrow(reduced, part.firstImage), hidden: narrow(hidden, part.firstImage),
      gate: gate(part.firstImage))
    work.measured(.squeeze, .forward, place, multiplyAdds: products(part.imageCount))
  }

  /// Carries the gradients of gates back to the pixels of the means.
  func backward(_ work: Workspace, _ part: ImageRun, pixels: Int, at place: StepProfile.Place) {
    let weights = work.weights.start
    let target = dpooled(part.firstImage)
    operation.backward(
      dgate: dgate(part.firstImage), images: part.imageCount, gate: gate(part.firstImage),
      reduced: narrow(reduced, part.firstImage),
      reduceKernel: weights + places.reduceKernel, expandKernel: weights + places.expandKernel,
      dreduced: narrow(dreduced, part.firstImage), dpooled: target)
    let inverse = 1 / Float(pixels)
    for i in 0..<part.imageCount * channelStride(operation.channels) { target[i] *= inverse }
    work.measured(.squeeze, .backward, place, multiplyAdds: products(part.imageCount))
  }

  /// Writes the gradients of both kernels and biases over a micro-batch.
  func parameterGradients(
    _ work: Workspace, _ run: ImageRun, into gradient: UnsafeMutablePointer<Float>,
    at place: StepProfile.Place
  ) {
    operation.parameterGradients(
      dgate: dgate(run.firstImage), dreduced: narrow(dreduced, run.firstImage),
      pooled: pooled(run.firstImage), hidden: narrow(hidden, run.firstImage),
      images: run.imageCount, reduceKernel: gradient + places.reduceKernel,
      reduceBias: gradient + places.reduceBias, expandKernel: gradient + places.expandKernel,
      expandBias: gradient + places.expandBias)
    work.measured(.squeeze, .backward, place, multiplyAdds: products(run.imageCount))
  }
}

public import Tensors

/// Section `exchange`: how gradients travel between ranks. Only `transport` changes any bits.
public struct ExchangeConfiguration: Sendable, Equatable {
  /// `float32`, or `bfloat16` for half the bytes: other bits, the same on any number of ranks.
  /// Default `float32`.
  public internal(set) var transport = GradientTransport.float32
  /// Whether gradients leave while the backward pass goes on. Default true.
  public internal(set) var overlap = true
  /// Bytes of the pieces that gradients are cut into. Default: measured when a run begins.
  public internal(set) var chunkBytes: Int?
  /// Bytes of the largest piece that is exchanged whole on each level of the tree instead of being
  /// halved. Default: measured when a run begins.
  public internal(set) var wholeBytes: Int?

  /// The defaults but for these.
  public init(transport: GradientTransport = .float32, overlap: Bool = true) {
    self.transport = transport
    self.overlap = overlap
  }

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.value("transport", &transport)
    keys.value("overlap", &overlap)
    keys.optional("chunkBytes", &chunkBytes, .closed(1_024, 1_073_741_824))
    keys.optional("wholeBytes", &wholeBytes, .closed(0, 1_073_741_824))
  }
}

extension GradientTransport: ConfigurationWord {}

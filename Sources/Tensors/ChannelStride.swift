/// Number of floats from one pixel to the next in an activation tensor `[N, H, W, C]`.
///
/// Every activation row is padded to whole vectors of 16 floats (one AVX-512 register, one cache
/// line), so that kernels have no vector tails whatever the channel count. The padding holds
/// unspecified finite values and is never part of a result.
@inlinable
public func channelStride(_ channels: Int) -> Int {
  (channels + vectorWidth - 1) & ~(vectorWidth - 1)
}

/// Floats in the vector that all kernels are written for: 16, a 64-byte cache line.
public let vectorWidth = 16

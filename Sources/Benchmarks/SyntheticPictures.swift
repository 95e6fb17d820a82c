internal import Boundary
import Datasets
import Foundation
import Hosts
import Images
import Tensors
import Training

/// Shards of made-up JPEG pictures in a temporary folder, for timings.
package final class SyntheticPictures {
  /// Where the shards are.
  package var folder: String { files.url.path }
  private let files: TemporaryFolder
  /// Different pictures; further ones repeat them.
  private static let distinct = 64
  private static let shardLimit = 10_000
  /// Range of the noise: files of 500 × 375 pixels have about 98 kB with it.
  private static let noise = 75.0

  /// Writes `count` pictures, of ten classes, with as much detail as photographs have.
  ///
  /// - Throws: When they cannot be written, and `Interruption` when a signal came; no folder is
  ///   left then.
  package init(count: Int, width: Int, height: Int) throws {
    files = try TemporaryFolder("effnet")
    do {
      let pictures = try (0..<min(count, Self.distinct)).map {
        try Interruption.ofBenchmark()
        return try JPEGEncoder().encode(
          Self.picture($0, width: width, height: height), quality: 90)
      }
      let shards = (count + Self.shardLimit - 1) / Self.shardLimit
      for shard in 0..<shards {
        let numbers = shard * count / shards..<(shard + 1) * count / shards
        let writer = try ShardWriter(
          path: "\(folder)/train-\(shard).h5", height: height, width: width,
          byteCounts: numbers.map { pictures[$0 % pictures.count].count },
          classNames: (0..<10).map(String.init))
        for number in numbers {
          try Interruption.ofBenchmark()
          try pictures[number % pictures.count].withUnsafeBufferPointer {
            try writer.append($0, label: Int32(number % 10))
          }
        }
        try writer.finish()
      }
    } catch let error as ImageError {
      throw TrainingError(.output, "a made-up picture cannot be encoded: \(error)")
    }
  }

  /// Removes the shards.
  package func remove() { files.remove() }

  /// Waves of several lengths, and noise.
  private static func picture(_ number: Int, width: Int, height: Int) -> PixelImage {
    var random = CounterRandom(seed: 1, sample: number, purpose: .synthetic)
    let waves = (0..<24).map { wave in
      let length = 0.5 * pow(1.35, Double(wave % 12)) / 100
      return (
        x: random.normal() * length, y: random.normal() * length,
        phase: random.uniform() * 2 * .pi, strength: 40 / Double(1 + wave % 12),
        channel: wave % 3
      )
    }
    let image = PixelImage(height: height, width: width, channels: 3)
    for pixel in 0..<height * width {
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      var values = SIMD3<Double>(repeating: 128 + Self.noise * random.uniform())
      for wave in waves {
        let value = wave.strength * sin(wave.x * Double(x) + wave.y * Double(y) + wave.phase)
        values += 0.5 * value
        values[wave.channel] += 0.5 * value
      }
      for channel in 0..<3 {
        image.start[3 * pixel + channel] = UInt8(min(max(values[channel], 0), 255))
      }
    }
    return image
  }
}

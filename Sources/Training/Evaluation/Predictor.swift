import Boundary
import Datasets
import Foundation
import Images
import Kernels
import Networks

/// Tells what is on picture files, with the network of a checkpoint.
public final class Predictor {
  /// A class and how probable it is.
  public struct Guess: Sendable, Codable {
    /// Name of the class.
    public let className: String
    /// Index of the class.
    public let classIndex: Int
    /// Probability, 0 to 1.
    public let probability: Double
  }

  /// What came of a file.
  public enum Outcome: Sendable {
    /// The most probable classes, the most probable first.
    case guesses([Guess])
    /// Why there are none, in one line without the file's name.
    case failure(String)
  }

  /// The network in a line.
  public let model: String
  /// Name of each class.
  public let classNames: [String]
  private let network: EvaluationNetwork
  private let pipeline: PicturePipeline
  private let imageSize: Int
  private let scratch = ImageScratch()

  /// Loads the network of a checkpoint.
  ///
  /// - Throws: When the checkpoint is missing or damaged, or its network does not take colours.
  public init(checkpoint path: String) throws(TrainingError) {
    let loaded = try LoadedModel(path)
    let preparation = ImagePreparation(loaded.configuration)
    network = loaded.network
    classNames = loaded.checkpoint.classNames
    imageSize = preparation.imageSize
    model =
      "\(loaded.configuration.network.name) at \(preparation.resolution) × "
      + "\(preparation.resolution), \(classNames.count.counted("class", "classes"))"
    pipeline = try TrainingError.reading(try PicturePipeline(preparation))
  }

  /// Looks at files, as many at a time as the network holds.
  ///
  /// - Parameters:
  ///   - files: Paths of JPEG and PNG files.
  ///   - top: Classes a file.
  ///   - body: Is told what came of each file, in their order.
  public func predict(_ files: [String], top: Int, _ body: (String, Outcome) -> Void) {
    for start in stride(from: 0, to: files.count, by: network.capacity) {
      let batch = files[start..<min(start + network.capacity, files.count)]
      var failures: [String: String] = [:]
      var count = 0
      for file in batch {
        failures[file] = load(file, to: count)
        if failures[file] == nil { count += 1 }
      }
      _ = network.beginBatch(imageCount: count)
      if count > 0 { network.predict() }
      var image = 0
      for file in batch {
        if let failure = failures[file] {
          body(file, .failure(failure))
        } else {
          body(file, .guesses(guesses(ofImage: image, top: top)))
          image += 1
        }
      }
    }
  }

  /// Loads a file's picture and tells what hindered it, if anything did.
  private func load(_ file: String, to image: Int) -> String? {
    let data: [UInt8]
    do throws(FileRefusal) {
      data = try RegularFile(file).contents(limit: ImageDecoder.byteLimit)
    } catch {
      return "it cannot be read: \(error.reason)"
    }
    return data.withUnsafeBufferPointer { bytes in
      do throws(ImageError) {
        try pipeline.fill(
          bytes,
          into: network.images.start + image * imageSize, scratch: scratch)
        return nil
      } catch { return "\(error)" }
    }
  }

  private func guesses(ofImage image: Int, top: Int) -> [Guess] {
    let probabilities = network.logits(ofImage: image)
    if let start = probabilities.baseAddress {
      SoftmaxCrossEntropy.probabilities(start, images: 1, classes: probabilities.count)
    }
    return probabilities.indices
      .sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
      .prefix(top)
      .map {
        Guess(
          className: $0 < classNames.count ? classNames[$0] : "class \($0)", classIndex: $0,
          probability: Double(probabilities[$0]))
      }
  }
}

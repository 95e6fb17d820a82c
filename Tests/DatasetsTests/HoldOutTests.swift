import Datasets
import Foundation
import XCTest

final class HoldOutTests: XCTestCase {
  /// A dataset of one shard for each list of labels.
  private func dataset(_ shards: [[Int32]], classes: Int = 3) throws -> Dataset {
    let folder = try temporaryFolder()
    for (index, labels) in shards.enumerated() {
      let images = TestImages(classNames: (0..<classes).map { "class-\($0)" }, labels: labels)
      try images.write(to: folder.appending(path: "\(index).h5").path)
    }
    return try Dataset([folder.path], relativeTo: "")
  }

  /// 90 images of three classes in proportion 6 : 3 : 1, in shards of 40, 1 and 49.
  private func uneven() throws -> Dataset {
    let labels = (0..<90).map { Int32([0, 0, 1, 0, 0, 1, 0, 2, 0, 1][$0 % 10]) }
    return try dataset([Array(labels[..<40]), [labels[40]], Array(labels[41...])])
  }

  /// Where each sample lies, as the index of its shard and of its image.
  private func places(_ dataset: Dataset) -> [[Int]] {
    (0..<dataset.count).map {
      let (shard, image) = dataset.locate($0)
      return [shard, image]
    }
  }

  private func counts(_ dataset: Dataset) -> [Int] {
    (0..<dataset.count).reduce(into: [0, 0, 0]) { $0[Int(dataset.place(of: $1).label)] += 1 }
  }

  func testPartsAreDisjointAndComplete() throws {
    let whole = try uneven()
    for share in [0.02, 0.2, 0.5, 0.9] {
      let (training, heldOut) = try whole.holdingOut(share)
      XCTAssertEqual(heldOut.count, Int((90 * share).rounded()), "\(share)")
      for part in [training, heldOut] {
        let places = places(part)
        XCTAssertTrue(
          zip(places, places.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        XCTAssertEqual(
          part.shardCounts, (0..<3).map { shard in places.filter { $0[0] == shard }.count })
      }
      XCTAssertEqual(
        (places(training) + places(heldOut)).sorted { $0.lexicographicallyPrecedes($1) },
        places(whole), "\(share)")
    }
  }

  func testEachClassGivesItsShare() throws {
    let whole = try uneven()
    XCTAssertEqual(counts(whole), [54, 27, 9])
    // 18 of 90: 10.8, 5.4 and 1.8; the largest remainders are rounded up.
    XCTAssertEqual(counts(try whole.holdingOut(0.2).heldOut), [11, 5, 2])
    // 30 of 90 divide evenly.
    XCTAssertEqual(counts(try whole.holdingOut(1.0 / 3).heldOut), [18, 9, 3])
    // 45 of 90: 27, 13.5 and 4.5; of equal remainders the lower class is rounded up.
    XCTAssertEqual(counts(try whole.holdingOut(0.5).heldOut), [27, 14, 4])
  }

  func testSamplesOfAPartAreThoseOfTheShards() throws {
    let (training, heldOut) = try uneven().holdingOut(0.3)
    for part in [training, heldOut] {
      for sample in 0..<part.count {
        let (shard, image) = part.locate(sample)
        let place = part.shards[shard].place(of: image)
        XCTAssertEqual(part.place(of: sample), place)
        let read = try part.sample(sample)
        XCTAssertEqual(read.bytes, TestImages().bytes(image))
        XCTAssertEqual(read.label, Int(place.label))
      }
      part.readAhead((0..<Int32(part.count)).map { $0 })
    }
  }

  func testHashesTellPartsApartAndStatisticsStay() throws {
    let whole = try uneven()
    let hash = whole.sha256
    let parts = try [0.2, 0.3].flatMap { share in
      let (training, heldOut) = try whole.holdingOut(share)
      return [training, heldOut]
    }
    XCTAssertEqual(Set(parts.map(\.sha256) + [whole.sha256]).count, 5)
    XCTAssertEqual(whole.sha256, hash)
    for part in parts {
      XCTAssertEqual(part.mean, whole.mean)
      XCTAssertEqual(part.deviation, whole.deviation)
      XCTAssertEqual(part.classNames, whole.classNames)
    }
  }

  /// Another lot would be a silent change of what runs are compared on.
  func testTheLotIsFixedForGood() throws {
    let whole = try dataset([(0..<20).map { $0 % 2 }], classes: 2)
    XCTAssertEqual(
      places(try whole.holdingOut(0.3).heldOut).map { $0[1] }, [4, 5, 11, 14, 18, 19])
  }

  func testAnEpochOfAPartHasEachOfItsSamplesOnce() throws {
    let (training, heldOut) = try uneven().holdingOut(0.9)
    // A shard of one image leaves one of the parts without any.
    XCTAssertTrue([training, heldOut].contains { $0.shardCounts[1] == 0 })
    for part in [training, heldOut] {
      for run in [1, 4] {
        let order = EpochOrder(
          shards: part.shardCounts, batchSize: 4, microBatchCount: 2,
          shuffle: EpochOrder.Shuffle(run: run, window: 8), seed: 1, epoch: 0)
        let samples = (0..<order.division.batchCount).flatMap { batch in
          (0..<2).flatMap { order.samples(ofBatch: batch, microBatch: $0) }
        }
        XCTAssertEqual(samples.map(Int.init).sorted(), Array(0..<part.count))
      }
    }
  }

  private func assertRefused(_ dataset: Dataset, _ share: Double, _ parts: [String]) {
    XCTAssertThrowsError(try dataset.holdingOut(share)) { error in
      XCTAssertEqual((error as? DatasetError)?.faultKind, .usage)
      for part in parts { XCTAssertTrue("\(error)".contains(part), "no \(part) in \(error)") }
    }
  }

  func testAClassKeepsAnImageToTrainOn() throws {
    // Class 1 has the largest remainder.
    let whole = try dataset([[0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2]])
    assertRefused(
      whole, 0.9, ["data.holdOut", "class 1 ('class-1')", "none of its 1 image", "smaller share"])
    XCTAssertEqual(counts(try whole.holdingOut(0.2).heldOut)[1], 0)
    // A class without images loses none.
    XCTAssertEqual(counts(try dataset([[0, 0, 2, 2]]).holdingOut(0.5).training), [1, 0, 1])
  }

  func testAShareOfNoImageIsRefused() throws {
    assertRefused(
      try uneven(), 0.005, ["data.holdOut: 0.005 of 90 images is none", "larger share"])
  }
}

import Networks
import Tensors
import XCTest

/// A profile must count what the network does, leave nothing out, and change nothing.
final class StepProfileTests: XCTestCase {
  private let images = 8

  private func train(
    _ architecture: Architecture, _ expansions: ExpansionStorage, _ profile: StepProfile?
  ) throws -> [UInt32] {
    let subject = try TestNetwork(architecture, imageCount: images, expansions: expansions)
    subject.network.profile = profile
    profile?.begin()
    _ = try subject.loss()
    let gradient = try XCTUnwrap(subject.network.gradient)
    return UnsafeBufferPointer(start: gradient, count: subject.table.trainableSize).map(
      \.bitPattern)
  }

  private func record(
    _ architecture: Architecture, _ expansions: ExpansionStorage
  ) throws -> StepProfile.Record {
    let profile = StepProfile(blockCount: architecture.blocks.count)
    _ = try train(architecture, expansions, profile)
    return profile.record
  }

  func testMeasuringChangesNoBit() throws {
    for expansions in [ExpansionStorage.stored, .recomputed] {
      let profile = StepProfile(blockCount: Architecture.small().blocks.count)
      XCTAssertEqual(
        try train(.small(), expansions, profile), try train(.small(), expansions, nil))
    }
  }

  func testForwardProductsAreThoseOfTheArchitecture() throws {
    for architecture in [Architecture.small(), .small(isLite: true)] {
      let stored = try record(architecture, .stored)
      XCTAssertEqual(
        stored.total(in: [.forward]).multiplyAdds, images * architecture.multiplyAdds)
      // The covariance of the input comes on top.
      let recomputed = try record(architecture, .recomputed)
      XCTAssertEqual(
        recomputed.total(in: [.forward]).multiplyAdds,
        images * architecture.multiplyAdds
          + recomputed.total(of: [.inputCovariance]).multiplyAdds)
      XCTAssertGreaterThan(recomputed.total(of: [.inputCovariance]).multiplyAdds, 0)
      XCTAssertEqual(recomputed.total(of: [.expansion], in: [.forward]).laps, 0)
      XCTAssertEqual(stored.total(of: [.expandedDepthwise]).laps, 0)
    }
  }

  func testForwardWritesEveryTensorOnce() throws {
    for architecture in [Architecture.small(), .small(isLite: true)] {
      for expansions in [ExpansionStorage.stored, .recomputed] {
        var floats =
          architecture.stemGeometry.outputs * channelStride(architecture.stemChannels)
        for (index, block) in architecture.blocks.enumerated() {
          let inputs = block.geometry.height * block.geometry.width
          if index > 0 || block.hasSkip { floats += inputs * channelStride(block.inputChannels) }
          if block.stage.kind.isExpanding, expansions == .stored {
            floats += inputs * channelStride(block.expandedChannels)
          }
          floats +=
            block.geometry.outputs
            * (channelStride(block.expandedChannels) + channelStride(block.outputChannels))
        }
        let last = try XCTUnwrap(architecture.blocks.last)
        floats +=
          last.geometry.outputs
          * (channelStride(last.outputChannels) + channelStride(architecture.headChannels))
        XCTAssertEqual(
          try record(architecture, expansions).total(in: [.forward]).written, images * floats)
      }
    }
  }

  func testLapsMakeUpTheStepWithoutAGap() throws {
    let architecture = Architecture.small()
    let counter = StepProfile(blockCount: architecture.blocks.count)
    _ = try train(architecture, .stored, counter)
    let profile = StepProfile(
      blockCount: architecture.blocks.count, eventCapacity: counter.lapCount)
    _ = try train(architecture, .stored, profile)
    let events = profile.events
    XCTAssertEqual(events.count, profile.lapCount)
    XCTAssertEqual(events.count, counter.lapCount, "steps of the same shapes differ in their laps")
    var end = 0
    for event in events {
      XCTAssertEqual(event.startNanoseconds, end)
      end += event.nanoseconds
    }
    XCTAssertEqual(end, profile.record.total().nanoseconds)
    XCTAssertGreaterThan(end, 0)
    let names = StepProfile.placeNames(architecture)
    XCTAssertEqual(Set(events.map(\.place)), Set(names.indices))
  }
}

import Foundation
import Training
import XCTest

final class ConfigurationTests: XCTestCase {
  private let minimal = """
    data:
      train: shards
    batch:
      size: 64
      microBatch: 8
    training:
      epochs: 10
    schedule:
      learningRate: 0.1
    """

  private func read(_ yaml: String, _ overrides: String...) throws -> Configuration {
    try Configuration(
      yaml: yaml, file: "digits.yaml", folder: URL(fileURLWithPath: "/configs"),
      overrides: overrides)
  }

  private func assertFault(
    _ yaml: String, _ overrides: String..., is expected: String, line: UInt = #line
  ) {
    XCTAssertThrowsError(
      try Configuration(yaml: yaml, file: "digits.yaml", overrides: overrides), line: line
    ) { XCTAssertEqual("\($0)", expected, line: line) }
  }

  func testMissingKeysHaveTheirDefaults() throws {
    let configuration = try read(minimal)
    XCTAssertEqual(configuration.network.model, .b0)
    XCTAssertNil(configuration.network.resolution)
    XCTAssertEqual(configuration.network.dropPath, 0.2)
    XCTAssertEqual(configuration.data.mean, [0.485, 0.456, 0.406])
    XCTAssertEqual(configuration.data.train, ["/configs/shards"])
    XCTAssertEqual(configuration.data.validation, [])
    XCTAssertEqual(configuration.batch.microBatchCount, 8)
    XCTAssertEqual(configuration.training.labelSmoothing, 0.1)
    XCTAssertEqual(configuration.optimizer.kind, .rmsprop)
    XCTAssertEqual(configuration.schedule.kind, .exponential)
    XCTAssertEqual(configuration.schedule.decayEpochs, 2.4)
    XCTAssertEqual(configuration.averaging.decay, 0.9999)
    XCTAssertEqual(configuration.checkpoint.keep, 3)
    XCTAssertEqual(configuration.supervision.deadline, 60)
  }

  func testEveryKeyIsReadAndWrittenBack() throws {
    let first = """
      network:
        model: b3
        width: 1.5
        depth: 0.7
        resolution: 96
        classes: 10
        inputChannels: 1
        stemStride: 1
        dropout: 0.3
        dropPath: 0.05
        batchNormEpsilon: 1e-5
        batchNormMomentum: 0.9
        batchNormGroup: 16
      data:
        train: ["a b*?.h5", /absolute/it's "x"\\y.h5]
        validation: ../ünder/
        fit: pad
        mean: [0.5]
        deviation: [0.25]
        shift: 0.1
        rotation: 15
        scale: 0.2
        flip: true
      batch: {size: 32, microBatch: 4, rounds: 2}
      training:
        steps: 1000
        seed: 7
        labelSmoothing: 0
        evaluateEveryEpochs: 0
        logEverySteps: 1
        clipNorm: 1.5
      optimizer: {kind: sgd, momentum: 0.8, nesterov: true, weightDecay: 3.3e-7}
      schedule: {kind: polynomial, learningRatePer256: 4, warmupEpochs: 0.5, power: 1}
      averaging: {decay: 0}
      checkpoint: {everySteps: 10, everyEpochs: 0, keep: 1, keepBest: 2, milestoneEveryEpochs: 7}
      exchange: {transport: bfloat16, overlap: false, chunkBytes: 4096, wholeBytes: 0}
      """
    let second = """
      network: {phi: 0.5, alpha: 1.3, beta: 1, gamma: 1.05}
      data: {train: "null"}
      batch: {size: 7, microBatch: 7}
      training: {epochs: 3}
      optimizer: {kind: rmsprop, decay: 0.99, epsilon: 1.0e-8}
      schedule: {kind: cosine, learningRate: 0.3, endLearningRate: 0.001}
      """
    let third =
      minimal + "\nfinetuning: {checkpoint: runs/best.h5, freeze: stage5, backboneRate: 0.1}"
      + "\noptimizer: {kind: lars, trustCoefficient: 0.002, epsilon: 1e-9, nesterov: true}"
    for yaml in [first, second, third, minimal] {
      let configuration = try read(yaml)
      let written = try Configuration(yaml: configuration.yaml, folder: URL(fileURLWithPath: "/x"))
      XCTAssertEqual(written, configuration)
      XCTAssertEqual(written.yaml, configuration.yaml)
    }
    let configuration = try read(first)
    XCTAssertEqual(
      configuration.data.train, ["/configs/a b*?.h5", "/absolute/it's \"x\"\\y.h5"])
    XCTAssertEqual(configuration.data.validation, ["/ünder"])
    XCTAssertEqual(configuration.schedule.endLearningRate, 0.1)
    XCTAssertEqual(configuration.schedule.peakLearningRate(batchSize: 32), 0.5)
    XCTAssertTrue(configuration.optimizer.nesterov)
    XCTAssertTrue(configuration.yaml.contains("\n  batchNormEpsilon: 1e-05\n"))
    XCTAssertEqual(try read(second).network.phi, 0.5)
    XCTAssertEqual(try read(third).finetuning.checkpoint, "/configs/runs/best.h5")
    XCTAssertEqual(try read(third).finetuning.freeze, .stages(5))
    XCTAssertFalse(configuration.yaml.contains("finetuning"))
    XCTAssertEqual(try read(third).optimizer.trustCoefficient, 0.002)
    XCTAssertEqual(try read(minimal, "optimizer.kind=lars").optimizer.epsilon, 0)
  }

  func testUnknownKeysNameTheNearestAndAllAllowed() {
    assertFault(
      minimal + "\n  warmup_epochs: 5",
      is: "digits.yaml:10: schedule.warmup_epochs: unknown key (did you mean "
        + "warmupEpochs?); allowed: kind, learningRate, learningRatePer256, warmupEpochs, decayRate, "
        + "decayEpochs")
    assertFault(
      minimal + "\naveraging:\n  colour: 5",
      is: "digits.yaml:11: averaging.colour: unknown key; allowed: decay")
    assertFault(
      minimal + "\ncheckpiont:\n  keep: 5",
      is:
        "digits.yaml:10: checkpiont: unknown section (did you mean checkpoint?); allowed: network, "
        + "data, batch, training, optimizer, schedule, averaging, checkpoint, exchange, supervision, "
        + "finetuning, base"
    )
    // The misspelt key is the news, not the lack of the right one.
    assertFault(
      minimal.replacingOccurrences(of: "microBatch", with: "microBach"),
      is: "digits.yaml:5: batch.microBach: unknown key (did you mean microBatch?); "
        + "allowed: size, microBatch, rounds")
  }

  func testKeysThatTheKindDoesNotUseAreUnknown() {
    assertFault(
      minimal + "\noptimizer:\n  kind: sgd\n  epsilon: 1",
      is: "digits.yaml:12: optimizer.epsilon: only with optimizer.kind rmsprop or with "
        + "optimizer.kind lars; change that, or leave this out")
    assertFault(
      minimal + "\nnetwork: {phi: 1, width: 2}",
      is: "digits.yaml:10: network.width: only without network.phi; change that, or "
        + "leave this out")
    assertFault(
      minimal + "\nfinetuning: {freeze: stem}",
      is: "digits.yaml:10: finetuning.freeze: only with finetuning.checkpoint; change "
        + "that, or leave this out")
    assertFault(
      minimal + "\nfinetuning: {checkpoint: a.h5, freeze: stage8}",
      is: "digits.yaml:10: finetuning.freeze: stage8 is not among the 7 stages of the network")
    assertFault(
      minimal + "\nfinetuning: {checkpoint: a.h5, freeze: stage01}",
      is: "digits.yaml:10: finetuning.freeze: expected one of none, stem, stage1, stage2 … and "
        + "all, found stage01")
    // What is misspelt is unknown whatever the kind, and its conditions explain nothing.
    for more in ["", ", phi: 1"] {
      XCTAssertThrowsError(try read(minimal + "\nnetwork: {modle: b1\(more)}")) {
        XCTAssertTrue(
          "\($0)".contains("network.modle: unknown key (did you mean model?); allowed: model, "),
          "\($0)")
      }
    }
    // With an unknown kind nobody knows which keys it uses.
    assertFault(
      minimal + "\noptimizer:\n  nesterov: true\n  kind: sdg",
      is: "digits.yaml:12: optimizer.kind: sdg is not allowed (did you mean sgd?); "
        + "allowed: rmsprop, sgd, lars")
  }

  func testNullIsNoFaultWhereAKeyHasNoEffect() throws {
    let nulls = """
      finetuning: {checkpoint: null, freeze: null, backboneRate: ~}
      optimizer: {kind: sgd, decay: null}
      network: {alpha: null}
      averaging: {decay: null}
      """
    XCTAssertEqual(try read(minimal + "\n" + nulls), try read(minimal, "optimizer.kind=sgd"))
    XCTAssertEqual(
      try read(minimal, "training.progressiveStages=1", "training.firstMixup=null"),
      try read(minimal))
    assertFault(
      minimal, "averaging.deacy=null",
      is: "--set averaging.deacy=null: averaging.deacy: unknown key (did you mean decay?); "
        + "allowed: decay")
  }

  func testWrongTypesAndRangesNameWhatIsAllowed() {
    for (text, fault) in [
      ("warmupEpochs: -1", "warmupEpochs: -1 is out of range; allowed: 0 to 1000000"),
      ("warmupEpochs: soon", "warmupEpochs: expected a number, found soon"),
      ("warmupEpochs: \"5\"", "warmupEpochs: expected a number, found \"5\""),
      ("warmupEpochs: .nan", "warmupEpochs: expected a number, found .nan"),
      ("warmupEpochs: nan", "warmupEpochs: expected a number, found nan"),
      ("warmupEpochs: [5]", "warmupEpochs: expected a number, found a list"),
      ("decayRate: 1.5", "decayRate: 1.5 is out of range; allowed: 0 to 1"),
    ] {
      assertFault(minimal + "\n  " + text, is: "digits.yaml:10: schedule." + fault)
    }
    for (text, fault) in [
      ("network: {stemStride: 3}", "network.stemStride: 3 is out of range; allowed: 1 to 2"),
      ("network: {stemStride: 1.0}", "network.stemStride: expected an integer, found 1.0"),
      ("network: {dropout: 1}", "network.dropout: 1 is out of range; allowed: ≥ 0 and < 1"),
      ("network: 5", "network: expected keys and values, found 5"),
      (
        "supervision: {deadline: 0.5}",
        "supervision.deadline: 0.5 is too short to tell a stuck rank from a slow one; "
          + "allowed: 0 (never), or 2 to 10000000"
      ),
      ("averaging: {decay: {a: 1}}", "averaging.decay: expected a number, found keys and values"),
    ] {
      assertFault(minimal + "\n" + text, is: "digits.yaml:10: " + fault)
    }
    assertFault(
      minimal.replacingOccurrences(of: "shards", with: "shards\n  flip: yes"),
      is: "digits.yaml:3: data.flip: expected true or false, found yes; write true")
    assertFault(
      minimal.replacingOccurrences(of: "shards", with: "shards\n  mean: [0.5, 2, 0.5]"),
      is: "digits.yaml:3: data.mean: 2 is out of range; allowed: 0 to 1")
  }

  func testWhatIsWrongInAListIsToldAtItsLine() {
    assertFault(
      minimal + "\nnetwork:\n  stages:\n    - ds_r1_k3_s1_e1_c16\n    - cn_r1_k3_s1_c8_skip_skip",
      is: "digits.yaml:13: network.stages: cn_r1_k3_s1_c8_skip_skip: skip comes twice")
    assertFault(
      minimal + "\nnetwork:\n  stages:\n    - ds_r1_k3_s1_e1_c16\n    - [a]",
      is: "digits.yaml:13: network.stages: expected a list of rows such as "
        + "ir_r2_k5_s2_e6_c40_se0.25 (kinds cn, ds, ir, er), found a list")
    assertFault(
      minimal.replacingOccurrences(of: "shards", with: "shards\n  mean:\n    - 0.5\n    - 2"),
      is: "digits.yaml:5: data.mean: 2 is out of range; allowed: 0 to 1")
    assertFault(
      minimal.replacingOccurrences(of: "shards", with: "\n    - a\n    - {b: c}"),
      is: "digits.yaml:4: data.train: expected a string or a list of strings, found keys and values"
    )
    assertFault(
      minimal, "network.stages=[cn_r1]",
      is: "--set network.stages=[cn_r1]: network.stages: cn_r1: k, the kernel, is missing")
  }

  /// A key that nothing else decides about is told before a value that is wrong.
  func testUnknownKeysAreFoundBesideWrongValues() {
    for (section, key) in [
      ("optimizer: {kind: sgd, momentum: 2, nestrov: true}", "optimizer.nestrov"),
      ("network: {phi: 1, stem: -4, widht: 2}", "network.widht"),
      ("optimizer: {kind: adam, nesterov: true, decai: 1}", "optimizer.decai"),
    ] {
      XCTAssertThrowsError(try read(minimal + "\n" + section), section) {
        XCTAssertTrue("\($0)".contains("\(key): unknown key"), "\($0)")
      }
    }
    let misspelt = minimal + "\n  {warmup: 3, warmupEpochs: -1}"
    XCTAssertThrowsError(
      try read(misspelt.replacingOccurrences(of: "  learningRate: 0.1\n", with: ""))
    ) {
      XCTAssertTrue("\($0)".contains("schedule.warmup: unknown key"), "\($0)")
    }
    // One that would belong there is suggested, too.
    XCTAssertThrowsError(try read(minimal, "training.firstResolutoin=16")) {
      XCTAssertTrue("\($0)".contains("did you mean firstResolution?"), "\($0)")
    }
    // Whether it belongs there is not known, since the kind is not.
    XCTAssertThrowsError(try read(minimal + "\noptimizer: {kind: adam, nesterov: true}")) {
      XCTAssertTrue("\($0)".contains("optimizer.kind: adam"), "\($0)")
    }
  }

  func testADefaultIsNotToldAsGiven() {
    for (given, line) in [("", 6), (", firstResolution: null", 7)] {
      assertFault(
        minimal.replacingOccurrences(
          of: "  epochs: 10", with: "  {epochs: 10, progressiveStages: 2\(given)}")
          + "\nnetwork: {resolution: 32}",
        is:
          "digits.yaml:\(line): training.firstResolution: is not given, and its default 128 is above "
          + "the resolution of the network, 32; give at most that")
    }
  }

  func testANetworkIsReadWithoutWhatARunNeeds() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "network.yaml")
    func network(_ yaml: String) throws -> NetworkConfiguration {
      try yaml.write(to: file, atomically: true, encoding: .utf8)
      return try Configuration.network(contentsOf: file.path)
    }
    XCTAssertEqual(try network("network: {model: b1}").model, .b1)
    XCTAssertEqual(try network("").model, .b0)
    // What is there must be right nevertheless.
    for (yaml, part) in [
      ("network: {modle: b1}", "network.modle: unknown key"), ("netwrok: {}", "unknown section"),
      ("network: {phi: 1, model: b1}", "leave one of the two out"),
      ("batch: {size: 0}", "batch.size: 0 is out of range"),
      ("network: {phi: 8, alpha: 10}", "scales too far"),
      ("network: {phi: 10, gamma: 10}", "scales too far"),
      ("network: {phi: -10, alpha: 10, beta: 10, gamma: 10}", "scales too far"),
      ("network: {phi: 10, gamma: 1.3, alpha: 1.3, beta: 1.0}", "scales too far"),
      ("network: {depth: 100, stages: [cn_r100_k3_s1_c8, cn_r100_k3_s1_c8]}", "more than 10000"),
    ] {
      XCTAssertThrowsError(try network(yaml), yaml) {
        XCTAssertTrue("\($0)".contains(part), "\($0)")
      }
    }
  }

  func testMissingKeysAreNamedAtTheirSection() {
    assertFault(
      minimal.replacingOccurrences(of: "  size: 64\n", with: ""),
      is: "digits.yaml:3: batch.size: is missing; give an integer, allowed: 1 to 1048576")
    assertFault(
      minimal.replacingOccurrences(of: "train: shards", with: "train: []"),
      is: "digits.yaml:2: data.train: is missing; give a string or a list of strings")
    assertFault("", is: "digits.yaml: data.train: is missing; give a string or a list of strings")
  }

  func testTextThatIsNotYAMLNamesItsLine() {
    assertFault(
      minimal + "\n  learningRate: 1",
      is: "digits.yaml:9: learningRate: the key is given again further down; remove one of the two")
    XCTAssertThrowsError(try read("data:\n  train: a: b\n")) {
      XCTAssertTrue("\($0)".hasPrefix("digits.yaml:2: not valid YAML: "), "\($0)")
    }
    assertFault("5", is: "digits.yaml: expected keys and values, found 5")
    XCTAssertThrowsError(try Configuration(contentsOf: "/nowhere/digits.yaml")) {
      XCTAssertTrue("\($0)".hasPrefix("/nowhere/digits.yaml: cannot be read: "), "\($0)")
    }
  }

  func testKeysAreCheckedAgainstEachOther() {
    assertFault(
      minimal.replacingOccurrences(of: "microBatch: 8", with: "microBatch: 7"),
      is: "digits.yaml:5: batch.microBatch: 7 does not divide batch.size 64")
    for group in [4, 24, 128] {
      assertFault(
        minimal + "\nnetwork:\n  batchNormGroup: \(group)",
        is:
          "digits.yaml:11: network.batchNormGroup: \(group) is not a group of whole micro-batches; "
          + "allowed: 0 (whole batch) or batch.microBatch (8) times a power of two, at most "
          + "batch.size (64)")
    }
    XCTAssertNoThrow(try read(minimal + "\nnetwork:\n  batchNormGroup: 32"))
    for rounds in [3, 16] {
      assertFault(
        minimal.replacingOccurrences(
          of: "microBatch: 8", with: "microBatch: 8\n  rounds: \(rounds)"),
        is:
          "digits.yaml:6: batch.rounds: \(rounds) rounds of the 8 micro-batches of batch.size 64 in "
          + "batch.microBatch 8 are not a power of two of micro-batches each")
    }
    for group in [0, 32] {
      assertFault(
        minimal.replacingOccurrences(of: "microBatch: 8", with: "microBatch: 8\n  rounds: 4")
          + "\nnetwork: {batchNormGroup: \(group)}",
        is:
          "digits.yaml:6: batch.rounds: 4 rounds of 16 images must hold whole batch-norm groups; set "
          + "network.batchNormGroup to batch.microBatch (8) times a power of two, at most 16, or "
          + "leave rounds out")
    }
    assertFault(
      minimal + "\nnetwork: {inputChannels: 1}",
      is: "digits.yaml:1: data.mean: is not given, and its default has 3 values, but "
        + "network.inputChannels is 1; give one a channel")
    assertFault(
      minimal + "\nnetwork: {phi: 1, model: b1}",
      is: "digits.yaml:10: network.phi: scales from b0 or v2-b0, but network.model is b1; "
        + "leave one of the two out")
    assertFault(
      minimal + "\n  warmupEpochs: 10",
      is: "digits.yaml:10: schedule.warmupEpochs: 10.0 is not less than training.epochs (10)")
    assertFault(
      minimal.replacingOccurrences(of: "0.1", with: "0.05") + "\n  kind: polynomial",
      is: "digits.yaml:8: schedule.endLearningRate: is not given, and its default 0.1 is above the "
        + "peak learning rate; allowed: 0 to 0.05")
    assertFault(
      minimal + "\n  learningRatePer256: 1",
      is: "digits.yaml:10: schedule.learningRatePer256: give exactly one of learningRate and "
        + "learningRatePer256 (null takes one back)")
    assertFault(
      minimal.replacingOccurrences(of: "  epochs: 10", with: "  seed: 2"),
      is: "digits.yaml:6: training.epochs: is missing; give this or steps")
    assertFault(
      minimal.replacingOccurrences(of: "  learningRate: 0.1", with: "  kind: cosine"),
      is: "digits.yaml:8: schedule.learningRate: is missing; give this or learningRatePer256")
  }

  func testOverridesReplaceAddAndTakeBack() throws {
    let configuration = try read(
      minimal, "batch.microBatch=16", "network.model=b1", "network.model=b2",
      "data.validation=[a, b]", "training.epochs=null", "training.steps=5")
    XCTAssertEqual(configuration.batch.microBatch, 16)
    XCTAssertEqual(configuration.network.model, .b2)
    XCTAssertEqual(configuration.training.steps, 5)
    XCTAssertNil(configuration.training.epochs)
    // The user types paths where the user is.
    let here = FileManager.default.currentDirectoryPath
    XCTAssertEqual(configuration.data.validation, ["\(here)/a", "\(here)/b"])
    XCTAssertEqual(configuration.data.train, ["/configs/shards"])
  }

  func testFaultsOfOverridesNameTheOverride() {
    assertFault(
      minimal, "schedule.warmupEpochs=-1",
      is:
        "--set schedule.warmupEpochs=-1: schedule.warmupEpochs: -1 is out of range; allowed: 0 to 1000000"
    )
    assertFault(
      minimal, "averaging.deacy=0.9",
      is: "--set averaging.deacy=0.9: averaging.deacy: unknown key (did you mean decay?); "
        + "allowed: decay")
    assertFault(
      minimal, "bacth.size=1",
      is:
        "--set bacth.size=1: bacth: unknown section (did you mean batch?); allowed: network, data, "
        + "batch, training, optimizer, schedule, averaging, checkpoint, exchange, supervision, "
        + "finetuning, base"
    )
    assertFault(
      minimal, "batch.microBatch=9",
      is: "--set batch.microBatch=9: batch.microBatch: 9 does not divide batch.size 64")
    for malformed in ["batch.size", "size=3", "a.b.c=3", ".size=3", ""] {
      assertFault(
        minimal, malformed, is: "--set \(malformed): expected section.key=value")
    }
  }

  func testStagesOfProgressiveLearningGrowToTheConfigurationItself() throws {
    let yaml = """
      network: {model: v2-s}
      data: {train: none, policy: randAugment, policyMagnitude: 15, mixup: 0.3}
      batch: {size: 8, microBatch: 8}
      training: {steps: 10, progressiveStages: 4}
      schedule: {learningRate: 0.1}
      """
    let configuration = try read(yaml)
    let stages = (0..<4).map(configuration.stage)
    XCTAssertEqual(stages.map(\.network.resolution), [128, 185, 243, nil])
    XCTAssertEqual(stages[1].network.dropout ?? 0, 0.1 + 0.1 / 3, accuracy: 1e-12)
    XCTAssertEqual(stages[2].data.policyMagnitude, 5 + 20.0 / 3, accuracy: 1e-12)
    XCTAssertEqual(stages.map { ($0.data.mixup * 10).rounded() }, [0, 1, 2, 3])
    XCTAssertEqual(stages[3], configuration)
    // Ten steps in four parts.
    XCTAssertEqual(
      (0..<10).map { configuration.stage(ofStep: $0, of: 10).index },
      [0, 0, 1, 1, 1, 2, 2, 3, 3, 3])
    XCTAssertEqual(configuration.stage(ofStep: 3, of: 10).end, 5)
    XCTAssertEqual(configuration.stage(ofStep: 10, of: 10).index, 3)
    XCTAssertEqual(configuration.stage(ofStep: 0, of: 1_000_000_000_000).end, 250_000_000_000)
    XCTAssertEqual(
      try read(yaml, "training.progressiveStages=1").stage(0),
      try read(yaml, "training.progressiveStages=1"))
    assertFault(
      yaml, "training.firstResolution=301",
      is: "--set training.firstResolution=301: training.firstResolution: 301 is above the "
        + "resolution of the network, 300; give at most that")
    XCTAssertThrowsError(try read(minimal, "training.firstMixup=1")) {
      XCTAssertTrue(
        "\($0)".contains("only with training.progressiveStages above 1; change that"), "\($0)")
    }
  }
}

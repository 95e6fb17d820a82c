import Foundation
import Networks
import Training

/// What a study compares, and how each network of it is trained: a configuration of a run with the
/// sections `search`, `halving`, `evolution` and `space`.
package struct StudyConfiguration: Sendable {
  /// How the base is trained; every other network by the same recipe.
  package let run: Configuration
  private let sections: Sections

  package var search: SearchConfiguration { sections.search }
  package var halving: HalvingConfiguration { sections.halving }
  package var evolution: EvolutionConfiguration { sections.evolution }
  package var space: SpaceConfiguration { sections.space }

  /// Reads a configuration file, as ``Configuration`` does.
  package init(contentsOf path: String, overrides: [String]) throws(ConfigurationError) {
    var sections = Sections()
    run = try Configuration(contentsOf: path, overrides: overrides, with: &sections)
    self.sections = sections
  }

  /// Reads what a study has left in its folder, which is whole: no other file is followed.
  ///
  /// - Parameter path: Of the file there.
  package init(leftAt path: String) throws(ConfigurationError) {
    var sections = Sections()
    run = try Configuration(
      contentsOf: path, mayHaveBase: false, overrides: [],
      with: &sections)
    self.sections = sections
  }

  /// Reads a text.
  package init(
    yaml: String, file: String = "configuration", folder: URL = URL(fileURLWithPath: ""),
    overrides: [String] = []
  ) throws(ConfigurationError) {
    var sections = Sections()
    run = try Configuration(
      yaml: yaml, file: file, folder: folder, overrides: overrides, with: &sections)
    self.sections = sections
  }

  /// The whole configuration, defaults and absolute paths filled in.
  package var yaml: String { run.written(with: sections).yaml }

  /// Its keys with their values.
  package var entries: [ConfigurationWriter.Entry] { run.written(with: sections).entries }

  /// Whether a key may change when a study goes on: other values leave what is known as it is, and
  /// ask for more or less of it.
  package func mayChange(_ key: String) -> Bool {
    Self.extensible.contains(key) || key == "halving.epochs" && halving.mode == .restart
  }

  /// Each of them but `search.hypotheses`, with its value.
  var extensible: [String: String] {
    let entries = entries.filter { mayChange($0.name) && $0.name != "search.hypotheses" }
    return Dictionary(entries.map { ($0.name, $0.value) }) { first, _ in first }
  }

  private static let extensible: Set<String> = [
    "search.seeds", "search.freshSeeds", "search.factors", "search.directions", "search.divisions",
    "search.hypotheses", "search.finalists", "search.confirmed", "search.unselected",
    "evolution.individuals",
  ]

  private struct Sections: AdditionalSections {
    var search = SearchConfiguration()
    var halving = HalvingConfiguration()
    var evolution = EvolutionConfiguration()
    var space = SpaceConfiguration()

    mutating func visit(_ keys: some ConfigurationVisitor, of run: Configuration) {
      keys.section("search") { search.visit(keys) }
      keys.section("halving") { halving.visit(keys, of: run) }
      keys.section("evolution") { evolution.visit(keys, of: run) }
      keys.section("space") { space.visit(keys) }
      keys.require(
        run.training.epochs != nil, "training", "steps",
        "leaves open how many epochs there are, by which a study reckons; give training.epochs")
      keys.require(
        run.finetuning.checkpoint == nil, "finetuning", "checkpoint",
        "is of one network, and a study trains many from nothing; leave it out")
      keys.require(
        run.training.progressiveStages == 1, "training", "progressiveStages",
        "changes the resolution within a training, which a study compares; leave it out")
    }
  }
}

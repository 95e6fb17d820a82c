/// Sections that a configuration file has beside those of a run, such as the ones of a study.
package protocol AdditionalSections {
  /// Shows every key in order, as the sections of a run do.
  ///
  /// - Parameter run: What was read before; complete only where nothing was wrong with it.
  mutating func visit(_ keys: some ConfigurationVisitor, of run: Configuration)
}

/// Those of a run alone.
package struct NoSections: AdditionalSections {
  package init() {}

  package mutating func visit(_ keys: some ConfigurationVisitor, of run: Configuration) {}
}

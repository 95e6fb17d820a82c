/// How a watch tells of a loss and ends the process.
package struct WatchOutlet: Sendable {
  let say: @Sendable (String) -> Void
  let exit: @Sendable (Int32) -> Void
  /// Called when the job is known to end.
  let ends: @Sendable () -> Void

  package init(
    say: @escaping @Sendable (String) -> Void, ends: @escaping @Sendable () -> Void = {},
    exit: @escaping @Sendable (Int32) -> Void
  ) {
    self.say = say
    self.exit = exit
    self.ends = ends
  }
}

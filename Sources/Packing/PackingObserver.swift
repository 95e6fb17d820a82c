/// Hears how far packing is; on every rank.
package protocol PackingObserver: AnyObject {
  /// So many of all pictures are done with what is going on: `checking` or `packing`.
  func progressed(_ activity: String, _ done: Int, of total: Int)
}

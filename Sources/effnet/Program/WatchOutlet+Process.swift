import Foundation
import Supervision

extension WatchOutlet {
  /// A line on standard error, and an end without any further ado: the thread that works may be
  /// waiting for ever.
  static func process(ends: @escaping @Sendable () -> Void = {}) -> WatchOutlet {
    WatchOutlet(say: StandardError.warn, ends: ends) { code in _exit(code) }
  }
}

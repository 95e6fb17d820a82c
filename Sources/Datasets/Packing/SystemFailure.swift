import Glibc

/// Why the system has just not done something.
package struct SystemFailure: Error {
  package let code: Int32

  /// What it said last.
  init() { code = errno }

  var isMissing: Bool { code == ENOENT || code == ENOTDIR }

  var reason: String { String(cString: strerror(code)).lowercased() }
}

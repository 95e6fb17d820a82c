internal import Foundation

extension Error {
  /// Why a file operation of Foundation failed, in the words of the system where there are any.
  ///
  /// Foundation's own words for many of them are no more than a number.
  package var systemReason: String {
    guard let cause = (self as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError else {
      return localizedDescription
    }
    return String(cString: strerror(cause.code.rawValue)).lowercased()
  }
}

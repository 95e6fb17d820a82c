import Foundation
import Supervision
import Synchronization

/// Stands between a rank and rank 0, keeps what the rank says, and may change it.
final class Relay: Sendable {
  let port: UInt16
  private let recorded = Mutex<[UInt8]>([])

  /// All that the rank has said.
  var record: [UInt8] { recorded.withLock { $0 } }

  /// Relays one connection.
  ///
  /// - Parameters:
  ///   - target: The port of rank 0.
  ///   - change: What becomes of the messages that have come since the last call, each with its
  ///     number.
  init(
    to target: UInt16,
    _ change: @escaping @Sendable (_ message: [UInt8], _ number: Int) -> [UInt8] = { bytes, _ in
      bytes
    }
  ) {
    let (listener, port) = TestSocket.listening()
    self.port = port
    Thread.detachNewThread { [weak self] in
      guard let rank = listener.accept(), let first = TestSocket(port: target) else { return }
      Thread.detachNewThread {
        while case let bytes = first.read(1), !bytes.isEmpty { rank.write(bytes) }
        shutdown(rank.descriptor, Int32(SHUT_RDWR))
      }
      let greeting = rank.read(Greeting.size)
      self?.recorded.withLock { $0 += greeting }
      first.write(greeting)
      for number in 0... {
        let message = rank.read(MessageSeal.frameSize)
        guard !message.isEmpty else { break }
        self?.recorded.withLock { $0 += message }
        first.write(change(message, number))
      }
      shutdown(first.descriptor, Int32(SHUT_RDWR))
    }
  }
}

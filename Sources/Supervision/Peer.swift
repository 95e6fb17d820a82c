/// What is known of a rank; times in seconds of the clock of whoever watches.
struct Peer {
  var connection: Connection?
  var pulse = Pulse()
  /// When it was heard last.
  var heard = 0.0
  /// When its progress was seen to grow.
  var moved = 0.0
  /// Whether it has said that it ends.
  var hasEnded = false

  /// Notes its state.
  mutating func note(_ pulse: Pulse, at time: Double) {
    if pulse.progress != self.pulse.progress || heard == 0 { moved = time }
    self.pulse = pulse
    heard = time
  }
}

import Glibc

/// Cables that take their time, for `Cluster/virtual-cluster` on kernels that cannot delay
/// messages.
///
///     virtual-link MICROSECONDS NEAR FAR [NEAR FAR]…
///
/// Makes pairs of network devices in the namespace that it is started in. Each gets what is sent
/// through the other of its pair: what comes from NEAR after the delay, what comes from FAR at
/// once. They last as long as the program, wherever they are moved. One program serves all hosts,
/// so that it wakes up once for a frame and not once on either side.
@main
enum VirtualLink {
  static func main() {
    let words = CommandLine.arguments
    guard words.count >= 4, words.count % 2 == 0, let delay = UInt64(words[1]) else {
      fail("usage: virtual-link MICROSECONDS NEAR FAR [NEAR FAR]…")
    }
    do {
      let devices = try words[2...].map(TapDevice.init)
      // Ranks that spin would have frames wait for the end of their time slice.
      var parameter = sched_param(sched_priority: 1)
      sched_setscheduler(0, SCHED_RR, &parameter)
      forward(between: devices, after: 1_000 * delay)
    } catch { fail("\(error)") }
  }

  private static func fail(_ message: String) -> Never {
    var line = "virtual-link: \(message)\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(2)
  }

  /// Nanoseconds that a frame takes by itself, most of them for waking up the program and the
  /// receiver: measured on two idle cores of a virtual machine, 20,000 more or less in different
  /// runs.
  private static let ownDelay: UInt64 = 50_000

  /// Forwards until a device is gone; those with even numbers are near, each before its far one.
  private static func forward(between devices: [TapDevice], after delay: UInt64) {
    let delay = delay - min(delay, ownDelay)
    var line = DelayLine()
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: TapDevice.largestFrame, alignment: 16)
    while !devices.contains(where: \.isGone) {
      wait(for: devices, until: line.nextDue)
      for near in stride(from: 0, to: devices.count, by: 2) {
        while let frame = devices[near].read(into: buffer) {
          line.append(frame, from: near, due: now() + delay)
        }
      }
      while let due = line.nextDue, due <= now() {
        line.removeFirst { frame, near in devices[near + 1].write(frame) }
      }
      // Among them is what has just been sent.
      for near in stride(from: 0, to: devices.count, by: 2) {
        while let frame = devices[near + 1].read(into: buffer) { devices[near].write(frame) }
      }
    }
  }

  /// Waits for a frame, or for a time; `poll` counts in milliseconds.
  private static func wait(for devices: [TapDevice], until due: UInt64?) {
    let time = now()
    if let due, due < time + shortest { return }
    var set = fd_set()
    withUnsafeMutableBytes(of: &set) { bits in
      for device in devices { bits[Int(device.descriptor) / 8] |= 1 << (device.descriptor % 8) }
    }
    let end = (devices.map(\.descriptor).max() ?? 0) + 1
    guard let due else {
      pselect(end, &set, nil, nil, nil, nil)
      return
    }
    let pause = Int(due - time - shortest)
    var limit = timespec(tv_sec: pause / 1_000_000_000, tv_nsec: pause % 1_000_000_000)
    pselect(end, &set, nil, nil, &limit, nil)
  }

  /// Nanoseconds that are not worth going to sleep: timers come late by as much.
  private static let shortest: UInt64 = 60_000

  /// Nanoseconds of the clock that is never set.
  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

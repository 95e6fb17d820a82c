import Boundary
import Foundation

/// The thread of a watch: hears the others, tells them how this rank is, and judges.
final class WatchLoop {
  let rank: Int
  let members: [Member]
  let activity: Activity
  let log: RankLog
  let verdictPath: String
  let timing: WatchTiming
  let outlet: WatchOutlet
  private let door: Door?
  private let orders: WatchOrders

  /// Those whom this rank hears of: rank 0 of all; the others of themselves and of rank 0.
  var peers: [Int: Peer] = [:]
  /// What is waited for: orders, arrivals, the connections of `polledRanks`, and who stands at the
  /// door.
  private var polled: [pollfd] = []
  private var polledRanks: [Int] = []
  /// Whether others are to be waited for than at the last time.
  private var areConnectionsNew = true

  /// Seconds that this process has been awake: while it is stopped, nobody is late.
  private(set) var time = 1.0
  private var lastReading = MonotonicTime.nanoseconds
  private var nextBeat = 0.0
  private var unanswered = 0

  /// Nothing is judged any more.
  var isQuiet = false {
    didSet { if isQuiet && !oldValue { outlet.ends() } }
  }
  /// When to do what was put off.
  var postponed: (time: Double, action: () -> Void)?
  var isOver = false
  /// Hosts that do not answer any more.
  var silentHosts: Set<String> = []

  init(
    rank: Int, members: [Member], listener: Listener?, connection: Connection?,
    activity: Activity, log: RankLog, verdictPath: String, timing: WatchTiming,
    outlet: WatchOutlet, orders: WatchOrders
  ) {
    self.rank = rank
    self.members = members
    door = listener.map {
      Door($0, ranks: members.count, patience: timing.strangersPatience)
    }
    self.activity = activity
    self.log = log
    self.verdictPath = verdictPath
    self.timing = timing
    self.outlet = outlet
    self.orders = orders
    if let connection {
      peers[0] = Peer(connection: connection)
      peers[0]?.note(Pulse(), at: time)
    }
  }

  /// Watches until the process ends.
  func run() {
    while !isOver && !orders.isStopped {
      let ready = wait()
      var ends: [(rank: Int, end: StreamSocket.End)] = []
      for rank in ready.ranks {
        guard let (messages, end) = peers[rank]?.connection?.receive() else { continue }
        hear(messages, end, from: rank, &ends)
      }
      answerTheDoor(ready.atTheDoor, &ends)
      orders.carryOut(say)
      // After all that was heard: a farewell may be among it.
      for (rank, end) in ends { lost(rank, end) }
      if time >= nextBeat { beat() }
      if let due = postponed, time >= due.time {
        postponed = nil
        due.action()
      }
    }
  }

  /// Waits for something to do, and moves the clock.
  private func wait() -> (ranks: [Int], atTheDoor: Set<Int32>) {
    // Of many ranks several are heard at a time: to wake up for each would cost the most.
    if peers.count > 16, door?.isOpen != true { usleep(max(50_000, UInt32(20 * peers.count))) }
    if areConnectionsNew { collectDescriptors() }
    polled[1].fd = door?.listeningDescriptor(at: time) ?? -1
    let next = min(nextBeat, postponed?.time ?? .infinity, door?.nextTime ?? .infinity)
    let milliseconds = Int32((1_000 * max(0, next - time)).rounded(.up))
    let count = poll(&polled, nfds_t(polled.count), milliseconds)
    let reading = MonotonicTime.nanoseconds
    time += min(1e-9 * Double(reading - lastReading), 2 * timing.beat)
    lastReading = reading
    guard count > 0 else { return ([], []) }
    let connections = polled.dropFirst(2)
    return (
      zip(connections, polledRanks).compactMap { $0.revents != 0 ? $1 : nil },
      Set(connections.dropFirst(polledRanks.count).filter { $0.revents != 0 }.map(\.fd))
    )
  }

  private func collectDescriptors() {
    areConnectionsNew = false
    let connections = peers.compactMap { rank, peer in
      peer.connection.map { (rank: rank, descriptor: $0.descriptor) }
    }
    polledRanks = connections.map(\.rank)
    let descriptors =
      [orders.descriptor, -1] + connections.map(\.descriptor) + (door?.descriptors ?? [])
    polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  }

  /// Lets in who belongs here, and closes the door after the last: nobody comes a second time.
  private func answerTheDoor(
    _ ready: Set<Int32>, _ ends: inout [(rank: Int, end: StreamSocket.End)]
  ) {
    guard let door else { return }
    let before = door.descriptors
    door.accept(at: time) { peers[$0] == nil }
    for member in door.hear(ready, at: time, { peers[$0] == nil }) {
      member.connection.expectAnswers(within: timing.silenceOfHosts)
      peers[member.rank] = Peer(connection: member.connection)
      areConnectionsNew = true
      hear(member.messages, member.end, from: member.rank, &ends)
    }
    if door.isOpen, orders.haveAllMet || members.indices.allSatisfy({ peers[$0] != nil }) {
      door.close()
    }
    if door.descriptors != before { areConnectionsNew = true }
  }

  /// Hears what a rank has said, and notes whether that was its last.
  private func hear(
    _ messages: [Message], _ end: StreamSocket.End?, from sender: Int,
    _ ends: inout [(rank: Int, end: StreamSocket.End)]
  ) {
    let isProper = messages.allSatisfy { hear($0, from: sender) }
    guard let end = isProper ? end : .improper else { return }
    // Whoever sees its connection close takes the other end for lost: it is told before.
    if end != .improper || isQuiet {
      peers[sender]?.connection = nil
      areConnectionsNew = true
    }
    ends.append((sender, end))
  }

  /// - Returns: False for a message that this sender has no reason to send.
  private func hear(_ message: Message, from sender: Int) -> Bool {
    switch message.kind {
    case .heartbeat:
      guard message.rank == sender else { return false }
      peers[sender]?.note(message.pulse, at: time)
      unanswered = 0
      // An answer for each heartbeat and no more: what a stopped process does not read would make
      // its kernel look as if it did not answer.
      if rank == 0, !isQuiet {
        let pulse = Pulse(activity, resident: peers[0]?.pulse.resident ?? 0)
        peers[sender]?.connection?.send(Message(.heartbeat, rank: rank, pulse))
      }
    case .done:
      guard message.rank == sender else { return false }
      peers[sender]?.hasEnded = true
    case .failed:
      guard rank > 0 || message.rank == sender else { return false }
      pass(message, except: sender)
      leave(inFavourOf: message.rank, code: message.code)
    case .told:
      pass(message, except: sender)
      endSilently(
        message.code, after: timing.precedence,
        "\(name(message.rank)) was found lost or stuck by another rank")
    }
    return true
  }

  /// Has the other ranks know what one has told rank 0.
  private func pass(_ message: Message, except sender: Int) {
    guard rank == 0 else { return }
    for (other, peer) in peers where other != sender { peer.connection?.send(message) }
  }

  /// Tells the others how this rank is, and looks for one that is stuck.
  private func beat() {
    nextBeat = time + timing.beat
    let pulse = Pulse(activity, resident: Pulse.ownResident)
    if rank == 0 || peers[0] == nil { peers[rank, default: Peer()].note(pulse, at: time) }
    if rank > 0, unanswered < Self.unansweredLimit, !isQuiet {
      peers[0]?.connection?.send(Message(.heartbeat, rank: rank, pulse))
      unanswered += 1
    }
    // Nobody waits for a rank that is alone; its terminal may be held by who looks at it.
    if !isQuiet, postponed == nil, timing.deadline > 0, members.count > 1 { judge() }
  }

  /// Heartbeats that rank 0 may owe an answer.
  private static let unansweredLimit = 4

  /// Tells all that this rank hears of.
  func tell(_ kind: Message.Kind, rank subject: Int, code: Int32) {
    for peer in peers.values {
      peer.connection?.send(Message(kind, rank: subject, code: code))
    }
  }

  /// Says farewell.
  private func say(_ farewell: Watch.Farewell) {
    switch farewell {
    case .done:
      isQuiet = true
      postponed = nil
      tell(.done, rank: rank, code: 0)
    case .failed(let code):
      leave(inFavourOf: rank, code: code)
      tell(.failed, rank: rank, code: code)
    }
  }
}

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
  private let listener: Listener?
  private let orders: WatchOrders
  private let token: Int64

  /// Those whom this rank hears of: rank 0 of all; the others of themselves and of rank 0.
  var peers: [Int: Peer] = [:]
  /// Connections to rank 0 that have not said yet whose they are.
  private var strangers: [Connection] = []
  private var polled: [pollfd] = []
  private var polledConnections: [(connection: Connection, rank: Int?)] = []

  /// Seconds that this process has been awake: while it is stopped, nobody is late.
  private(set) var time = 1.0
  private var lastReading = monotonicNanoseconds()
  private var nextBeat = 0.0
  private var unanswered = 0

  /// Nothing is judged any more.
  var isQuiet = false
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
    self.listener = listener
    self.activity = activity
    self.log = log
    self.verdictPath = verdictPath
    self.timing = timing
    self.outlet = outlet
    self.orders = orders
    token = members[0].meetingPoint?.token ?? 0
    if let connection {
      peers[0] = Peer(connection: connection)
      peers[0]?.note(Pulse(), at: time)
    }
    collectDescriptors()
  }

  /// Watches until the process ends.
  func run() {
    while !isOver && !orders.isStopped {
      let ready = wait()
      var ends: [(rank: Int, end: Connection.End)] = []
      for (connection, owner) in ready {
        let (messages, end) = connection.receive()
        for message in messages { hear(message, from: connection, owner) }
        guard let end else { continue }
        let known = peers.first { $0.value.connection === connection }?.key
        if let known {
          peers[known]?.connection = nil
          ends.append((known, end))
        }
        strangers.removeAll { $0 === connection }
        collectDescriptors()
      }
      while let stranger = listener?.accept() {
        strangers.append(stranger)
        collectDescriptors()
      }
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
  private func wait() -> [(connection: Connection, rank: Int?)] {
    // Of many ranks several are heard at a time: to wake up for each would cost the most.
    if peers.count > 16 { usleep(max(50_000, UInt32(20 * peers.count))) }
    let next = min(nextBeat, postponed?.time ?? .infinity)
    let milliseconds = Int32((1_000 * max(0, next - time)).rounded(.up))
    let count = poll(&polled, nfds_t(polled.count), milliseconds)
    let reading = monotonicNanoseconds()
    time += min(1e-9 * Double(reading - lastReading), 2 * timing.beat)
    lastReading = reading
    guard count > 0 else { return [] }
    return zip(polled.dropFirst(2), polledConnections).compactMap { $0.revents != 0 ? $1 : nil }
  }

  private func collectDescriptors() {
    polledConnections =
      peers.compactMap { rank, peer in peer.connection.map { ($0, rank) } }
      + strangers.map { ($0, nil) }
    let descriptors =
      [orders.descriptor, listener?.descriptor ?? -1]
      + polledConnections.map(\.connection.descriptor)
    polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  }

  private func hear(_ message: Message, from connection: Connection, _ owner: Int?) {
    let sender = rank == 0 ? owner ?? Int(message.rank) : 0
    guard members.indices.contains(sender) else { return }
    switch message.kind {
    case .hello:
      // Until a heartbeat says that the answer came in time, the connection is nobody's.
      connection.send(Message(.hello, rank: rank, token: token))
    case .heartbeat:
      if rank == 0, peers[sender]?.connection !== connection {
        connection.expectAnswers(within: timing.silenceOfHosts)
        strangers.removeAll { $0 === connection }
        peers[sender] = Peer(connection: connection)
        collectDescriptors()
      }
      peers[sender]?.note(message.pulse, at: time)
      unanswered = 0
      // An answer for each heartbeat and no more: what a stopped process does not read would make
      // its kernel look as if it did not answer.
      if rank == 0, !isQuiet {
        let pulse = Pulse(activity, resident: peers[0]?.pulse.resident ?? 0)
        connection.send(Message(.heartbeat, rank: rank, token: token, pulse))
      }
    case .done: peers[sender]?.hasEnded = true
    case .failed:
      pass(message, except: sender)
      leave(inFavourOf: sender, code: message.code)
    case .told:
      pass(message, except: sender)
      endSilently(
        message.code, after: timing.precedence,
        "\(name(Int(message.rank))) was found lost or stuck by another rank")
    case nil: break
    }
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
      peers[0]?.connection?.send(Message(.heartbeat, rank: rank, token: token, pulse))
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
      peer.connection?.send(Message(kind, rank: subject, token: token, code: code))
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

import Foundation

extension FaultTrial {
  /// Seconds from the fault to the end of the launcher.
  private enum Limit {
    static let loss = 5.0
    /// For heartbeats, and for mpirun to end the others.
    static let stop = FaultTrial.deadline + 5
    /// Silence on another host may be that of its link, which takes 5 s to tell.
    static let stopElsewhere = 10.0 + 2
    /// Ranks that have not met are given more time.
    static let stopAtStart = stop + 15
    static let end = 6.0
    static let link = 10.0
    /// mpirun itself waits until TCP has given up on the daemon of a host that is cut off, which
    /// takes it 3 s on the virtual cluster, and once more where a message to it was under way.
    static let linkOfMPI = 15.0
    /// Until the next checkpoint.
    static let output = 20.0
    /// A whole run after a restart.
    static let restart = 30.0
  }

  private func expect(_ condition: Bool, _ problem: @autoclosure () -> String) {
    if !condition { record.problems.append(problem()) }
  }

  private func expectCode(_ codes: Int32...) {
    expect(codes.contains(record.code), "code \(record.code), not \(codes)")
  }

  private func expectEnd(within limit: Double) {
    expect(record.seconds <= limit, "took \(record.seconds) s, not \(limit)")
  }

  /// Has exactly one line, and all of `parts` in it.
  private func expectMessage(_ parts: [String]) {
    // What the run can do without is no reason for its end.
    let notices = ["training goes on without it", "for the checkpoint before to be written"]
    let lines = Set(record.messages).filter { line in !notices.contains { line.contains($0) } }
    expect(
      lines.count == 1 && parts.allSatisfy { part in lines.contains { $0.contains(part) } },
      "no single line with \(parts)")
  }

  /// Notes what is not as it must be in how the run has ended.
  func judge(isStruck: Bool, _ errors: String) {
    let verdict = verdict()
    if let verdict {
      record.phase = verdict["phase"] as? String ?? ""
      record.step = verdict["step"] as? Int ?? 0
    }
    expect(record.left.isEmpty, "left behind: \(errors)")
    expect(!errors.contains("Fatal error") && !errors.contains("PMIX ERROR"), "noise: \(errors)")
    guard isStruck else {
      expect(record.finished, "the run was over before the fault: \(errors)")
      return expectCode(0)
    }
    // A fault in the very last moments finds nothing left to do.
    let isOver = record.messages.allSatisfy { $0.contains("the run is finished") }
    if record.finished, record.code == 0, plan.restarts == 0 || isOver {
      return expect(
        plan.moment == .lastCheckpoint || plan.moment == .start, "the fault did nothing")
    }
    switch plan.fault {
    case .kill, .stop: judgeLoss(verdict, errors)
    case .link: judgeLink(verdict)
    case .end: judgeStop()
    case .disk, .limit:
      // MPI, too, has files of its own, when it starts.
      let isOfMPI = plan.fault == .limit && record.phase == "starting"
      if isOfMPI, plan.usesLaunch, record.code == 4 {
        expectMessage(["the launcher could not start the ranks"])
      } else {
        let isTold = record.messages.contains { $0.contains("too little for those of MPI") }
        expectCode(7)
        if !(isOfMPI && isTold) { expectMessage(["cannot be written"]) }
      }
      expectEnd(within: Limit.output)
    }
  }

  /// Whether the run was started again, as it must be.
  private func judgeRestart() -> Bool {
    guard plan.restarts > 0 else { return false }
    expectCode(0)
    expect(record.messages.contains { $0.contains("restart 1 of 1") }, "no word of a restart")
    expectEnd(within: Limit.restart)
    return true
  }

  private func judgeLoss(_ verdict: [String: Any]?, _ errors: String) {
    if judgeRestart() { return }
    let isLoss = plan.fault == .kill
    let code: Int32 = isLoss ? 4 : 5
    // What mpirun returns is the signal where it saw that end first, and with MPICH where it had to
    // kill.
    let isMPICH = (try? Command.mpirun.get().family) == .hydra
    if !plan.usesLaunch, isLoss || isMPICH { expectCode(code, 137) } else { expectCode(code) }
    let isEarly = record.phase == "starting"
    let stop = isEarly ? Limit.stopAtStart : plan.hosts > 0 ? Limit.stopElsewhere : Limit.stop
    expectEnd(within: isLoss ? Limit.loss : stop)
    guard let verdict else {
      expect(isEarly || record.finished, "no verdict: \(errors)")
      if plan.usesLaunch || !isLoss { expectMessage([]) }
      return
    }
    expect(verdict["code"] as? Int == Int(code), "verdict \(verdict)")
    expectMessage([
      verdict["message"] as? String ?? "", isLoss ? "was lost" : "is stuck", "--resume",
      "rank \(plan.victim ?? -1) (pid \(victimProcess?.ownNumber ?? -1) on host ",
    ])
  }

  private func judgeLink(_ verdict: [String: Any]?) {
    if judgeRestart() { return }
    if plan.usesLaunch { expectCode(4) } else { expectCode(4, 205) }
    expectEnd(within: plan.usesLaunch ? Limit.link : Limit.linkOfMPI)
    if plan.usesLaunch || verdict != nil { expectMessage(["host"]) }
    guard let verdict else { return }
    expect(verdict["code"] as? Int == 4, "verdict \(verdict)")
    // A host that is alone cannot tell which of them all is cut off; one of two is as good.
    let name = "node\(plan.victim ?? 0)"
    if plan.hosts > 2 { expect(verdict["host"] as? String == name, "not \(name): \(verdict)") }
  }

  private func judgeStop() {
    expectCode(143)
    expectEnd(within: Limit.end)
    guard record.phase != "starting" || !record.messages.isEmpty else { return }
    if record.finished, record.messages.isEmpty { return }
    let name = record.signal ?? ""
    let prefix = "effnet: stopped by "
    let step = record.messages.first.flatMap {
      Int($0.components(separatedBy: " after step ").last?.prefix { $0.isNumber } ?? "")
    }
    let signal = plan.victim == nil ? "SIGUSR1" : name
    expectMessage([prefix + signal, "saved, go on with --resume"])
    expect(hasCheckpoint(step ?? -1), "no checkpoint of the step that it stopped after")
    // The launcher looks for signals every 50 ms, which is many steps of so small a network.
    expect(
      plan.victim == nil || (step ?? 0) <= record.step + 2,
      "went on from step \(record.step) to step \(step ?? 0)")
  }
}

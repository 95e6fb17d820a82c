import Foundation

/// The hosts that `Cluster/virtual-cluster` makes of this machine.
enum VirtualCluster {
  static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Cluster/virtual-cluster").path

  /// Why there can be none here; `nil` where there can.
  static let obstacle: String? = {
    guard geteuid() == 0 else { return "virtual hosts need root" }
    let probe = Process()
    probe.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    probe.arguments = [
      "unshare", "--net", "--mount", "--pid", "--fork", "ip", "link", "add", "type", "bridge",
    ]
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return "there is no unshare" }
    probe.waitUntilExit()
    return probe.terminationStatus == 0
      ? nil : "this machine makes no network namespaces, or has no iproute2"
  }()
}

import Foundation

/// A folder of settings of a control group that this process belongs to.
struct ControlGroup {
  /// Path from the root of the files, with a slash at its end.
  let path: String
  /// Whether it is of the unified hierarchy (version 2), whose files have other names.
  let isUnified: Bool

  /// This process' group for a controller and the groups that it lies in, up to the root.
  ///
  /// A container may see its group's path as the host has it, beside a mount of the group itself:
  /// then the files lie at the mount, the last place looked at.
  static func all(of controller: String, _ files: SystemFiles) -> [ControlGroup] {
    (files.text("proc/self/cgroup") ?? "").split(separator: "\n").flatMap { line in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [ControlGroup]() }
      let controllers = fields[1].split(separator: ",").map(String.init)
      guard controllers.isEmpty || controllers.contains(controller) else { return [] }
      let mounts =
        controllers.isEmpty
        ? ["sys/fs/cgroup", "sys/fs/cgroup/unified"]
        : Set([controller, String(fields[1])]).sorted().map { "sys/fs/cgroup/\($0)" }
      return sequence(first: String(fields[2])) { path in
        path.count > 1 ? (path as NSString).deletingLastPathComponent : nil
      }.flatMap { path in
        mounts.map {
          ControlGroup(
            path: "\($0)\(path)\(path.hasSuffix("/") ? "" : "/")", isUnified: controllers.isEmpty)
        }
      }
    }
  }
}

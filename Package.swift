// swift-tools-version: 6.3
import Foundation
import PackageDescription

/// Instruction set that the numerical targets are compiled for, as a `-march` value.
///
/// Swift emits SSE2 unless told otherwise. `native` is right where the program runs on the machine
/// that built it; a cluster of mixed nodes names the level all of them have, for example
/// `EFFNET_MARCH=x86-64-v3`. The program checks at start that the CPU has what it was built for.
let instructionSet = Context.environment["EFFNET_MARCH"] ?? "native"

/// Settings of the targets whose time is spent in vector loops.
///
/// The Clang importer hands `-march` on to Swift code generation. 512-bit vectors are preferred
/// explicitly because LLVM otherwise splits them on most CPUs that have them. Without `errno`, the
/// root of a vector is one instruction instead of sixteen tests for negative numbers.
let vectorized: [SwiftSetting] = [
  .unsafeFlags([
    "-Xcc", "-march=\(instructionSet)", "-Xcc", "-mprefer-vector-width=512",
    "-Xcc", "-fno-math-errno",
  ])
]

/// The MPI library as pkg-config knows it: Open MPI or MPICH.
///
/// `EFFNET_MPI=ompi` and `EFFNET_MPI=mpich` name one. Otherwise it is the one that is there, and
/// Open MPI where both are, or none that is known here.
let messagePassing: String = {
  switch Context.environment["EFFNET_MPI"] {
  case "ompi": return "ompi-c"
  case "mpich": return "mpich"
  case nil, "":
    let folders =
      (Context.environment["PKG_CONFIG_PATH"] ?? "").split(separator: ":").map(String.init)
      + ["/usr/local", "/usr"].flatMap { root in
        ["lib/pkgconfig", "lib64/pkgconfig", "share/pkgconfig"].map { "\(root)/\($0)" }
          + ["x86_64", "aarch64"].map { "\(root)/lib/\($0)-linux-gnu/pkgconfig" }
      }
    func isThere(_ name: String) -> Bool {
      folders.contains { FileManager.default.fileExists(atPath: "\($0)/\(name).pc") }
    }
    return !isThere("ompi-c") && isThere("mpich") ? "mpich" : "ompi-c"
  case let other?:
    fatalError("EFFNET_MPI is \(other); it can be ompi or mpich")
  }
}()

let package = Package(
  name: "effnet",
  products: [
    .executable(name: "effnet", targets: ["effnet"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "HDF5", targets: ["HDF5"]),
    .library(name: "Training", targets: ["Training"]),
    .library(name: "MPI", targets: ["MPI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CMPI", pkgConfig: messagePassing,
      providers: [.apt([messagePassing == "mpich" ? "libmpich-dev" : "libopenmpi-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CProcessor"),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Boundary"),
    .target(name: "HDF5", dependencies: ["Boundary", "CHDF5", "CZlib"]),
    .target(name: "MPI", dependencies: ["Boundary", "CMPI", "Tensors"], swiftSettings: vectorized),
    .target(name: "Tensors", dependencies: ["Boundary"], swiftSettings: vectorized),
    .target(
      name: "Kernels", dependencies: ["COpenBLAS", "CProcessor", "Tensors"],
      swiftSettings: vectorized),
    .target(
      name: "Images", dependencies: ["CPNG", "CTurboJPEG", "Tensors"], swiftSettings: vectorized),
    .target(name: "Networks", dependencies: ["Boundary", "Kernels", "Tensors"]),
    .target(
      name: "Datasets",
      dependencies: [
        "Boundary", "HDF5", "Images", "Tensors",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: vectorized),
    .target(name: "Reports", dependencies: ["Boundary"]),
    .target(name: "Statistics", dependencies: ["Tensors"]),
    .target(
      name: "Supervision",
      dependencies: ["Boundary", .product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "Hosts", dependencies: ["Boundary", "Supervision"]),
    .target(name: "Packing", dependencies: ["Boundary", "Datasets", "Hosts", "MPI"]),
    .target(
      name: "Training",
      dependencies: [
        "Boundary", "Datasets", "HDF5", "Hosts", "Images", "Kernels", "MPI", "Networks", "Reports",
        "Supervision", "Tensors", "Yams",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Boundary", "Datasets", "Hosts", "Images", "Kernels", "MPI", "Networks", "Reports",
        "Tensors", "Training",
      ]),
    .target(
      name: "Studies",
      dependencies: [
        "Boundary", "Datasets", "Hosts", "Kernels", "MPI", "Networks", "Reports", "Statistics",
        "Supervision", "Tensors", "Training",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .executableTarget(
      name: "effnet",
      dependencies: [
        "Benchmarks", "Boundary", "Datasets", "HDF5", "Hosts", "Kernels", "MPI",
        "Networks", "Packing", "Reports", "Studies", "Supervision", "Tensors", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .executableTarget(name: "virtual-link", path: "Sources/VirtualLink"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Boundary", "Datasets", "HDF5", "Hosts", "Images", "Networks", "Supervision", "Tensors",
        "Training", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz", exclude: ["history.jsonl", "run"]),

    .target(
      name: "TestSupport", dependencies: ["Datasets", "Images", "MPI", "Tensors"],
      path: "Tests/TestSupport"),
    .testTarget(name: "StructureTests"),
    .testTarget(name: "BoundaryTests", dependencies: ["Boundary"]),
    .testTarget(name: "MPITests", dependencies: ["MPI", "Tensors", "TestSupport"]),
    .testTarget(
      name: "HDF5Tests", dependencies: ["Boundary", "HDF5"], resources: [.copy("Fixtures")]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Datasets", "HDF5", "Images", "Tensors", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ImagesTests", dependencies: ["Images", "Tensors"], resources: [.copy("Fixtures")]),
    .testTarget(name: "SupervisionTests", dependencies: ["Supervision"]),
    .testTarget(name: "HostsTests", dependencies: ["Boundary", "Hosts", "Supervision"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "Tensors"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "Tensors"], swiftSettings: vectorized),
    .testTarget(name: "NetworksTests", dependencies: ["Networks"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "HDF5", "Kernels", "TestSupport", "Training",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .testTarget(
      name: "PackingTests",
      dependencies: ["Boundary", "Datasets", "MPI", "Packing", "TestSupport"]),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Benchmarks", "Tensors", "TestSupport", "Training"]),
    .testTarget(
      name: "StudiesTests",
      dependencies: [
        "Datasets", "MPI", "Networks", "Statistics", "Studies", "Supervision", "Tensors",
        "TestSupport", "Training", "Yams",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["Datasets", "HDF5", "Hosts", "Images", "MPI", "TestSupport", "Tensors"],
      exclude: ["Faults/history.jsonl"]),
  ],
  swiftLanguageModes: [.v6]
)

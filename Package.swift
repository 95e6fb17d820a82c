// swift-tools-version: 6.2
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
/// explicitly because LLVM otherwise splits them on most CPUs that have them.
let vectorized: [SwiftSetting] = [
  .unsafeFlags(["-Xcc", "-march=\(instructionSet)", "-Xcc", "-mprefer-vector-width=512"])
]

let package = Package(
  name: "effnet",
  products: [
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "HDF5", targets: ["HDF5"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0")
  ],
  targets: [
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),

    .target(name: "HDF5", dependencies: ["CHDF5"]),
    .target(name: "Tensors", swiftSettings: vectorized),
    .target(
      name: "Datasets",
      dependencies: ["HDF5", "Tensors", .product(name: "Crypto", package: "swift-crypto")]),

    .testTarget(
      name: "HDF5Tests", dependencies: ["HDF5"],
      resources: [.copy("Fixtures/variable-length-strings.h5")]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "HDF5"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
  ],
  swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

/// What scripts/timing-check runs. A package of its own, for the benchmark tool takes every program of its package for one
/// of its benchmarks.
let package = Package(
    name: "lumbung-timing-check",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "lumbung", path: "../..")],
    targets: [
        .executableTarget(
            name: "TimingCheck",
            dependencies: [
                .product(name: "LumbungCore", package: "lumbung"),
                .product(name: "LumbungSignatures", package: "lumbung"),
            ]
        )
    ]
)

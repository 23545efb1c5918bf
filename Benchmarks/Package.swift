// swift-tools-version: 6.2
import PackageDescription

/// The switches of the package that is measured, without memory safety by name and without warnings as errors: the
/// generated entry point of a benchmark is not ours.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
    name: "lumbung-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Named, since the folder of a checkout may be called anything.
        .package(name: "lumbung", path: ".."),
        // Without its traits: they replace malloc and the reference counting of the process.
        .package(url: "https://github.com/ordo-one/benchmark.git", from: "1.38.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
    ],
    targets: [
        .executableTarget(
            name: "LumbungCoreBenchmarks",
            dependencies: [
                .product(name: "LumbungCore", package: "lumbung"),
                .product(name: "LumbungSignatures", package: "lumbung"),
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            path: "Benchmarks/LumbungCoreBenchmarks",
            swiftSettings: house,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
    ]
)

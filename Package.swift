// swift-tools-version: 6.2
import PackageDescription

/// The switches every target shares: strict concurrency, explicit existentials, imports that do not leak,
/// memory safety that must be spelled out, and warnings that stop the build (deprecations stay warnings).
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
]

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let serviceLifecycleTestKit = product(
        name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let systemPackage = product(name: "SystemPackage", package: "swift-system")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = product(name: "Yams", package: "Yams")
}

let package = Package(
    name: "lumbung",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "lumbung", targets: ["lumbung"]),
        .library(name: "LumbungCore", targets: ["LumbungCore"]),
        .library(name: "LumbungKit", targets: ["LumbungKit"]),
        .library(name: "LumbungSQLite", targets: ["LumbungSQLite"]),
        .library(name: "LumbungSignatures", targets: ["LumbungSignatures"]),
        .library(name: "LumbungTesting", targets: ["LumbungTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
    ],
    targets: [
        .target(name: "LumbungCore", swiftSettings: house),
        .target(
            name: "LumbungSignatures", dependencies: ["LumbungCore", .crypto, .cryptoExtras], swiftSettings: house),
        .target(
            name: "LumbungKit",
            dependencies: ["LumbungCore", "LumbungSignatures", .crypto, .logging, .serviceLifecycle],
            swiftSettings: house
        ),
        .target(name: "LumbungSQLite", dependencies: ["LumbungCore", .grdb, .grdbSQLite], swiftSettings: house),
        .target(
            name: "LumbungTransport",
            dependencies: [
                "LumbungCore", "LumbungSignatures", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix, .nioSSL,
                .subprocess,
                .systemPackage,
            ],
            swiftSettings: house
        ),
        .target(
            name: "LumbungHTTP",
            dependencies: [
                "LumbungCore", "LumbungKit", .hummingbird, .hummingbirdCore, .httpTypes, .logging, .nioCore,
                .nioHTTP1, .serviceLifecycle,
            ],
            swiftSettings: house
        ),
        .target(name: "LumbungObservability", dependencies: [.logging], swiftSettings: house),
        .target(
            name: "LumbungServer",
            dependencies: [
                "LumbungCore", "LumbungKit", "LumbungSignatures", "LumbungSQLite", "LumbungTransport", "LumbungHTTP",
                "LumbungObservability", .configuration, .logging, .nioCore, .nioPosix, .serviceLifecycle, .unixSignals,
                .yams,
            ],
            resources: [.embedInCode("Presets/Files")],
            swiftSettings: house
        ),
        .executableTarget(name: "lumbung", dependencies: ["LumbungServer", .argumentParser], swiftSettings: house),
        .target(name: "LumbungTesting", dependencies: ["LumbungCore", .logging], swiftSettings: house),
        .testTarget(name: "LumbungCoreTests", dependencies: ["LumbungCore", "LumbungTesting"], swiftSettings: house),
        .testTarget(
            name: "LumbungSignaturesTests",
            dependencies: ["LumbungCore", "LumbungSignatures", "LumbungTesting", .crypto],
            swiftSettings: house
        ),
        .testTarget(
            name: "LumbungKitTests",
            dependencies: [
                "LumbungCore", "LumbungKit", "LumbungSignatures", "LumbungTesting", .logging, .serviceLifecycle,
                .serviceLifecycleTestKit,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LumbungSQLiteTests",
            dependencies: [
                "LumbungCore", "LumbungKit", "LumbungSQLite", "LumbungTesting", .grdb, .logging, .serviceLifecycle,
                .subprocess,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LumbungTransportTests",
            dependencies: [
                "LumbungCore", "LumbungSignatures", "LumbungTransport", .nioCore, .nioEmbedded, .nioHTTP1, .nioPosix,
                .nioSSL,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LumbungHTTPTests",
            dependencies: [
                "LumbungCore", "LumbungHTTP", "LumbungKit", "LumbungTesting", .hummingbirdCore, .logging, .nioCore,
                .nioEmbedded, .nioHTTP1, .nioPosix, .serviceLifecycle,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LumbungObservabilityTests",
            dependencies: ["LumbungObservability", .logging],
            swiftSettings: house
        ),
        .testTarget(
            name: "LumbungServerTests",
            dependencies: [
                "LumbungCore", "LumbungKit", "LumbungServer", "LumbungSignatures", "LumbungTesting", "LumbungTransport",
                .asyncHTTPClient, .logging, .nioHTTP1, .nioPosix,
            ],
            swiftSettings: house
        ),
    ]
)

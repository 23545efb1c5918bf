// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "embedded",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "lumbung", path: "../.."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
    ],
    targets: [
        .executableTarget(
            name: "Embedded",
            dependencies: [
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "LumbungCore", package: "lumbung"),
                .product(name: "LumbungKit", package: "lumbung"),
                .product(name: "LumbungSQLite", package: "lumbung"),
            ])
    ]
)

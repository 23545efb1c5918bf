// swift-tools-version: 6.2
import PackageDescription

/// What AsyncHTTPClient reaches by itself, for `./bench delivery`; a package of its own, so that it builds nothing else.
let package = Package(
    name: "client-alone",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.30.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.80.0"),
    ],
    targets: [
        .executableTarget(
            name: "ClientAlone",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
            ])
    ]
)

/// What is known about kinds of senders; docs/presets.md has the format of their files.
struct PresetCatalog: Sendable {
    /// Every preset, by name.
    static let all = PresetCatalog(files: [
        "accurate": PackageResources.accurate_yaml,
        "asana": PackageResources.asana_yaml,
        "cloudevents": PackageResources.cloudevents_yaml,
        "custom": PackageResources.custom_yaml,
        "discord": PackageResources.discord_yaml,
        "doku": PackageResources.doku_yaml,
        "dropbox": PackageResources.dropbox_yaml,
        "duitku": PackageResources.duitku_yaml,
        "github": PackageResources.github_yaml,
        "gitlab": PackageResources.gitlab_yaml,
        "hubspot": PackageResources.hubspot_yaml,
        "mailgun": PackageResources.mailgun_yaml,
        "meta": PackageResources.meta_yaml,
        "microsoft-graph": PackageResources.microsoft_graph_yaml,
        "midtrans": PackageResources.midtrans_yaml,
        "midtrans-payout": PackageResources.midtrans_payout_yaml,
        "paddle": PackageResources.paddle_yaml,
        "sendgrid": PackageResources.sendgrid_yaml,
        "shopee": PackageResources.shopee_yaml,
        "shopify": PackageResources.shopify_yaml,
        "slack": PackageResources.slack_yaml,
        "square": PackageResources.square_yaml,
        "standard-webhooks": PackageResources.standard_webhooks_yaml,
        "stripe": PackageResources.stripe_yaml,
        "tripay": PackageResources.tripay_yaml,
        "twilio": PackageResources.twilio_yaml,
        "whatsapp": PackageResources.whatsapp_yaml,
        "x": PackageResources.x_yaml,
        "xendit": PackageResources.xendit_yaml,
        "zoom": PackageResources.zoom_yaml,
    ])

    /// The presets, sorted by name.
    let presets: [Preset]

    /// Reads the files.
    ///
    /// What is wrong with one of them is in its ``Preset/problems``; the tests see to it that there is nothing.
    init(files: [String: [UInt8]]) {
        presets = files.sorted { $0.key < $1.key }.map { Preset(name: $0.key, bytes: $0.value) }
    }

    /// The preset of a name.
    subscript(name: String) -> Preset? { presets.first { $0.name == name } }

    /// The names, sorted.
    var names: [String] { presets.map(\.name) }
}

/// One kind of sender.
struct Preset: Sendable {
    /// Its name, which is also that of its file.
    let name: String
    /// The keys of a source that it sets.
    let source: [LocatedNode.Entry]
    /// What is for people, destinations and tests: `title`, `forward`, `profile`, `example`.
    let about: [LocatedNode.Entry]
    /// Its file.
    let text: String
    /// What is wrong with its file.
    let problems: [SettingsProblem]

    private static let aboutKeys = ["title", "forward", "profile", "example"]

    init(name: String, bytes: [UInt8]) {
        self.name = name
        var problems = ProblemList()
        text = String(decoding: bytes, as: UTF8.self)
        let root = YAMLDocument.root(
            of: text, file: "preset \(name)", environment: [:], &problems)
        var entries: [LocatedNode.Entry] = []
        if case .mapping(let found)? = root?.content { entries = found }
        source = entries.filter { !Self.aboutKeys.contains($0.key) }
        about = entries.filter { Self.aboutKeys.contains($0.key) }
        self.problems = problems.sorted
    }
}

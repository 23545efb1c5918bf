/// The secret of the admin listener, compared without telling by time how much of a guess was right.
struct AdminToken: Sendable {
    private let secret: [UInt8]

    init(_ secret: String) {
        self.secret = Array(secret.utf8)
    }

    /// Whether the value of an `Authorization` header carries the secret (RFC 6750, section 2.1).
    func admits(_ authorization: String?) -> Bool {
        guard let authorization, let blank = authorization.firstIndex(of: " "),
            ASCII.matches(authorization[..<blank], "bearer")
        else { return false }
        let guess = Array(authorization[authorization.index(after: blank)...].utf8)
        return isSecret(guess)
    }

    /// Every byte of the guess is looked at, whatever the ones before it were; only the length of the guess shows.
    private func isSecret(_ guess: [UInt8]) -> Bool {
        guard !secret.isEmpty else { return false }
        var difference = guess.count ^ secret.count
        for (index, byte) in guess.enumerated() { difference |= Int(byte ^ secret[index % secret.count]) }
        return difference == 0
    }
}

import LumbungSignatures

extension SecretReader {
    /// Reads what payloads are signed with.
    static func signing(workingDirectory: String) -> SecretReader {
        SecretReader(workingDirectory: workingDirectory, owner: "a destination") { text in
            do throws(SigningSecretError) {
                _ = try SigningSecret(text)
                return nil
            } catch {
                return error.description
            }
        }
    }

    /// The longest secret of a sender in bytes; public keys are among them.
    static let longestText = 8192

    /// Reads what a source's requests are checked with; the scheme has the last word about its form.
    static func verifying(workingDirectory: String, owner: String = "a source") -> SecretReader {
        SecretReader(workingDirectory: workingDirectory, owner: owner) { text in
            if text.isEmpty { return "the secret is empty" }
            return text.utf8.count > longestText ? "the secret is longer than \(longestText) bytes" : nil
        }
    }
}

/// Certificates and keys made for these tests alone: an authority, a server for `app.example.test` and a client that it
/// vouches for, valid from 2020 to 2120.
enum TestCertificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBOjCB4aADAgECAhRhezsSkJQjvORXjKtxOdS0Ef1sqjAKBggqhkjOPQQDAjAS
        MRAwDgYDVQQDDAdUZXN0IENBMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
        MDAwWjASMRAwDgYDVQQDDAdUZXN0IENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
        QgAE0hHVl1HAtnuHdMQDKwZ/rV+5x6QkJt3qsxA4qOOQVLGqx4xA8IUVQeycET/m
        QGQYCzIyYX4fBSerCjMD2qHMn6MTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjO
        PQQDAgNIADBFAiEA2rMlU/fB+FAVXDoufcbKj0Cr0gAk/O0vs82rUaR2wcsCIGJV
        H8vz5iFzO/pgXf4ufE05qRTJuu1sz2n0pDa4QF7s
        -----END CERTIFICATE-----
        """

    static let serverCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBZTCCAQugAwIBAgIUIKkP+4p+gjPo9kgbaiHIWkhjz+0wCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
        MDAwMFowGzEZMBcGA1UEAwwQYXBwLmV4YW1wbGUudGVzdDBZMBMGByqGSM49AgEG
        CCqGSM49AwEHA0IABDOgvKzh59otiD9z5xZZivkbwVmImyoj2LAS9SanO2+A1K9b
        1eFmKvhMmLYQkf2guAo/jPr16yuwQrBIL7jjmGmjNDAyMBsGA1UdEQQUMBKCEGFw
        cC5leGFtcGxlLnRlc3QwEwYDVR0lBAwwCgYIKwYBBQUHAwEwCgYIKoZIzj0EAwID
        SAAwRQIhAI4tc5gDJKKkIpmsti4TP227bWPnhO25dmYZPl9GO0XJAiAEfl91s8be
        P9v9C8kbAQ6u0ZVS9VzHaNGPx6InnXkJuA==
        -----END CERTIFICATE-----
        """

    static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyTC9DO0WdQfqeo4i
        eNs5lGW46eP0Rl9RRNxEo89tMQahRANCAAQzoLys4efaLYg/c+cWWYr5G8FZiJsq
        I9iwEvUmpztvgNSvW9XhZir4TJi2EJH9oLgKP4z69esrsEKwSC+445hp
        -----END PRIVATE KEY-----
        """

    static let clientCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBPjCB5aADAgECAhQDiAluVDRtW4kruDzK79ZHgX8rATAKBggqhkjOPQQDAjAS
        MRAwDgYDVQQDDAdUZXN0IENBMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
        MDAwWjASMRAwDgYDVQQDDAdsdW1idW5nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
        QgAESstxo93WQm443URDXNROsukker3End4JzneVUfU97rupnaOd+hR6zCv78no+
        vBwsh4/7S78FavdIRFh1MlrJSqMXMBUwEwYDVR0lBAwwCgYIKwYBBQUHAwIwCgYI
        KoZIzj0EAwIDSAAwRQIhALPXbGthWvk1zlkjMYgyJK2mHVZGWHZ7/1YNHHmGFFBu
        AiAPJ58qb/G9uz4oPI8n8mQQAHSKXMkAsuYCNkJzWBwjAw==
        -----END CERTIFICATE-----
        """

    static let clientKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNy+ydMlnUQED7QDp
        sCDGRzWFVYGWEhOvHA2iZu1YMp+hRANCAARKy3Gj3dZCbjjdRENc1E6y6SR6vcSd
        3gnOd5VR9T3uu6mdo536FHrMK/vyej68HCyHj/tLvwVq90hEWHUyWslK
        -----END PRIVATE KEY-----
        """

    static let lockedClientKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIH0MF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBAdgGZQy5rpIAz1Ku8a
        SBdGAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQYCf1Yx45A6lh9+2c
        3zW8WgSBkPuXDN+p65OdESLuG+Cf+cwhvBXodBxvjMvr6SFJUMU4e1vMaYFIguTD
        /Ix2jcVlBF2Sjy5VKDDgiSmqjx2VffBip5SSPkl5XlnW1Bj01sK6GmTrRGYOcO2e
        5kuDugdus4DtvBCu+8eFmH+kC431UqrZgu0XgX98k7R1IV4R34IovOSHhNxAZIqb
        1dqoYDYsHw==
        -----END ENCRYPTED PRIVATE KEY-----
        """

    static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLK3MEPKr1/howw2Y
        elqaWIlsVHecmVptvdiETOqMxM+hRANCAAQCrMfh9qDtwXklrYHZy8jg9srA0smz
        EHx/YRqeuiSfai23OLg0W2VBeJDplIbOdL1UxsqvtDWPCpLCLPhIjQyu
        -----END PRIVATE KEY-----
        """
}

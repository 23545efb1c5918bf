/// A signature of `1700000000` and the body, made with openssl (genrsa 2048; rsa -pubout -outform DER; dgst -sha256 -sign).
enum RSAVector {
    static let body = #"{"event":"rsa"}"#
    static let publicKey =
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu8aJ1Gp87az29DddkPjLf/MeOI6vdSQXwpnGffTg1cSJgSp9yan1Jx8u"
        + "koq7TKzOTEe3PPvBrRtKhPXhZmHnySfcF2aR6HHHDfrWl/9moy6unibqzv9nHcYAMX+uIxZJxrKhlmnZJamledYfbPvXzArUTZsO"
        + "6UZQYsJXvubHGC6cApoodoOpZmRZGiJBXolK0CPcR603hS2txc7+KnJW9MAhvE53+1KbTVp2iVo+5A1ExzAW33aAAxbRI9FflL38"
        + "2IJhOnNZTj/S++0d7km0v9GYvFMOzbXudzRLoPSH7XgGAZPdJoA8QZ6cSeIacwI2Q2vwPeApHoDc9rhoxfsxxQIDAQAB"
    static let signature =
        "MjIAglUysZPnTOZMOZ2SvBUtINMncyByydb+btSK/W/AlzbP20m3xQUHbblEwPMyhEK+k9lbk+eJASZr62gy/Ds8hVaxRwgTosf7"
        + "Ugq08cJYm4RF640nqfrdZ2hCbhtHMRlfKRVzwTvHGuQ2K9uk+rIxQ1rg5TMDZAVTUYx80C1riOuPYsQtK7Xlsb2qvyEOeeUlSCX9"
        + "HZuRjnA3SdARCRnUfxuljMObf3uGEkeriLJje/kETxb90BZCLDfbBiAA1IqQx7qQKcF8KM/r7fEkxFNEEncK0WTHTLpd5RCYPWi8"
        + "3ldZHdyrd3PRwvoqdqo2x3G4F4tsS+sjmMQ4QSBhFw=="
}

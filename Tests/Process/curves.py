"""Ed25519 (RFC 8032) and ECDSA with P-256 and SHA-256 (RFC 6979): slow, plain, and for signing tests' own keys only."""

import hashlib
import hmac

# Ed25519

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, FIELD) % FIELD


def _base():
    y = 4 * pow(5, -1, FIELD) % FIELD
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, FIELD) % FIELD
    x = pow(square, (FIELD + 3) // 8, FIELD)
    if (x * x - square) % FIELD:
        x = x * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    return (FIELD - x if x % 2 else x), y


def _edwards_add(one, two):
    (a, b), (c, d) = one, two
    product = CURVE * a * b * c * d % FIELD
    return ((a * d + b * c) * pow(1 + product, -1, FIELD) % FIELD,
            (b * d + a * c) * pow(1 - product, -1, FIELD) % FIELD)


def _times(number, point, add, zero):
    result = zero
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def _encoded(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _expanded(seed):
    digest = hashlib.sha512(seed).digest()
    return int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254, digest[32:]


def ed25519_public(seed):
    return _encoded(_times(_expanded(seed)[0], _base(), _edwards_add, (0, 1)))


def ed25519_sign(seed, message):
    scalar, prefix = _expanded(seed)
    public = ed25519_public(seed)
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ORDER
    point = _encoded(_times(nonce, _base(), _edwards_add, (0, 1)))
    challenge = int.from_bytes(hashlib.sha512(point + public + message).digest(), "little") % ORDER
    return point + ((nonce + challenge * scalar) % ORDER).to_bytes(32, "little")


# P-256

PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
COUNT = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
START = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
         0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
# The DER of a P-256 key's SubjectPublicKeyInfo up to its coordinates.
P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def _weierstrass_add(one, two):
    if one is None or two is None:
        return two if one is None else one
    (a, b), (c, d) = one, two
    if a == c:
        if (b + d) % PRIME == 0:
            return None
        slope = (3 * a * a - 3) * pow(2 * b, -1, PRIME) % PRIME
    else:
        slope = (d - b) * pow(c - a, -1, PRIME) % PRIME
    x = (slope * slope - a - c) % PRIME
    return x, (slope * (a - x) - b) % PRIME


def p256_public(key):
    """The public key in DER."""
    x, y = _times(key, START, _weierstrass_add, None)
    return P256_HEAD + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def p256_numbers(key, message):
    """The two numbers of a signature, with the nonce of RFC 6979."""
    digest = hashlib.sha256(message).digest()
    hashed = int.from_bytes(digest, "big")
    nonce = _nonce(key, (hashed % COUNT).to_bytes(32, "big"))
    r = _times(nonce, START, _weierstrass_add, None)[0] % COUNT
    return r, pow(nonce, -1, COUNT) * (hashed + r * key) % COUNT


def p256_sign(key, message):
    """A signature in DER."""
    content = b"".join(_der_number(number) for number in p256_numbers(key, message))
    return b"\x30" + bytes([len(content)]) + content


def _der_number(number):
    data = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(data)]) + data


def _nonce(key, hashed):
    # With one block of SHA-256 the first try is outside the range once in 2^32 keys and messages, never in a test.
    private, block, secret = key.to_bytes(32, "big"), b"\x01" * 32, b"\x00" * 32
    for mark in b"\x00", b"\x01":
        secret = hmac.digest(secret, block + mark + private + hashed, "sha256")
        block = hmac.digest(secret, block, "sha256")
    return int.from_bytes(hmac.digest(secret, block, "sha256"), "big")

"""Prints digests and MACs of messages of each length: name, digest, MAC in hexadecimal."""

import hashlib
import hmac

for name in ("md5", "sha256", "sha384", "sha3_256", "sha3_384"):
    for size in range(300):
        message = bytes((7 * size + 31 * i) % 256 for i in range(size))
        key = bytes((size + 13 * i) % 256 for i in range(size))
        print(name, hashlib.new(name, message).hexdigest(), hmac.new(key, message, name).hexdigest())

"""Makes ike-keys.txt: what RFC 2409 derives from fixed octets, computed by Python's hashlib and hmac.
Run as: python3 ike_keys_oracle.py > ../ike-keys.txt"""
import hashlib, hmac, ipaddress

def octets(seed, length):
    out = b""
    while len(out) < length:
        out += hashlib.sha256(b"%s %d" % (seed.encode(), len(out))).digest()
    return out[:length]

CKY_I, CKY_R = octets("cky-i", 8), octets("cky-r", 8)
NI, NR, PSK = octets("ni", 16), octets("nr", 20), octets("psk", 23)
GXI, GXR, GXY = octets("gxi", 256), octets("gxr", 256), octets("gxy", 256)
SA, IDII, IDIR, REST = octets("sa", 48), octets("idii", 8), octets("idir", 25), octets("rest", 77)
MID, SPI, PFS = octets("mid", 4), octets("spi", 4), octets("pfs", 96)

# hash, its name for hashlib, cipher, octets of its key, octets of its block, octets of the ESP and AH keys
for name, algorithm, cipher, key, block, esp, auth in (
    ("MD5", "md5", "BLOWFISH", 56, 8, 24, 16), ("SHA1", "sha1", "AES", 32, 16, 32, 20),
    ("SHA2_256", "sha256", "AES", 16, 16, 36, 32), ("SHA2_384", "sha384", "TRIPLE_DES", 24, 8, 16, 48),
    ("SHA2_512", "sha512", "CAMELLIA", 32, 16, 0, 64), ("SHA1", "sha1", "DES", 8, 8, 8, 0),
    ("MD5", "md5", "CAST", 16, 8, 16, 20)):
    h = lambda *parts: hashlib.new(algorithm, b"".join(parts)).digest()
    prf = lambda k, *parts: hmac.new(k, b"".join(parts), algorithm).digest()
    def show(what, value):
        print(what, value.hex())
    print("case", name, cipher, key, esp, auth)
    show("sig", prf(NI + NR, GXY))
    skeyid = prf(PSK, NI + NR)
    show("psk", skeyid)
    d = prf(skeyid, GXY, CKY_I, CKY_R, b"\0")
    a = prf(skeyid, d, GXY, CKY_I, CKY_R, b"\1")
    e = prf(skeyid, a, GXY, CKY_I, CKY_R, b"\2")
    show("d", d)
    show("a", a)
    show("e", e)
    ka = e
    if key > len(e):
        k = prf(e, b"\0")
        ka = k
        while len(ka) < key:
            k = prf(e, k)
            ka += k
    show("key", ka[:key])
    iv = h(GXI, GXR)[:block]
    show("iv1", iv)
    show("iv2", h(iv, MID)[:block])
    show("hash-i", prf(skeyid, GXI, GXR, CKY_I, CKY_R, SA, IDII))
    show("hash-r", prf(skeyid, GXR, GXI, CKY_R, CKY_I, SA, IDIR))
    show("base-i", prf(skeyid, GXI, CKY_I, CKY_R, SA, IDII))
    show("base-signed-i", prf(h(NR, NI), GXI, CKY_I, CKY_R, SA, IDII))
    show("base-signed-r", prf(h(NI, NR), GXI, GXR, CKY_I, CKY_R, SA, IDII))
    show("hash1", prf(a, MID, REST))
    show("hash2", prf(a, MID, NI, REST))
    show("hash3", prf(a, b"\0", MID, NI, NR))
    for label, protocol, shared in (("esp-pfs", b"\3", PFS), ("esp", b"\3", b""), ("ah", b"\2", b"")):
        k, keymat = b"", b""
        while len(keymat) < esp + auth:
            k = prf(d, k, shared, protocol, SPI, NI, NR)
            keymat += k
        show(label + "-encryption", keymat[:esp])
        show(label + "-authentication", keymat[esp:esp + auth])
    show("nat4", h(CKY_I, CKY_R, ipaddress.ip_address("192.0.2.33").packed, (500).to_bytes(2, "big")))
    show("nat6", h(CKY_I, CKY_R, ipaddress.ip_address("2001:db8::21").packed, (64500).to_bytes(2, "big")))

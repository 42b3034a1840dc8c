package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// Certificate encodings (RFC 2408 3.9, and one that racoon took for its own).
public enum CertificateEncoding implements Numbered {
    NONE(0, "NONE"),
    PKCS7(1, "PKCS #7 wrapped X.509 certificate"),
    PGP(2, "PGP Certificate"),
    DNS(3, "DNS Signed Key"),
    X509_SIGNATURE(4, "X.509 Certificate Signature"),
    X509_KEY_EXCHANGE(5, "X.509 Certificate Key Exchange"),
    KERBEROS(6, "Kerberos Tokens"),
    CRL(7, "Certificate Revocation List (CRL)"),
    ARL(8, "Authority Revocation List (ARL)"),
    SPKI(9, "SPKI Certificate"),
    X509_ATTRIBUTE(10, "X.509 Certificate Attribute"),
    PLAIN_RSA(240, "Plain RSA");

    private static final Map<Integer, CertificateEncoding> BY_NUMBER = Numbered.byNumber(values());

    private final int number;
    private final String text;

    CertificateEncoding(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<CertificateEncoding> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(CertificateEncoding::text).orElse(Integer.toString(number));
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String text() {
        return text;
    }
}

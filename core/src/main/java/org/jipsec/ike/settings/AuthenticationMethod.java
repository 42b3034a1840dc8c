package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// How the two sides of a phase 1 prove who they are: racoon's words and the values of attribute 3.
///
/// A server's and a client's method are two numbers: in the drafts the number says whether the
/// initiator or the responder is the side that logs in.
public enum AuthenticationMethod {
    // spotless:off  -- a table
    PRE_SHARED_KEY(1, "pre_shared_key", Proof.KEY, true),
    DSS_SIGNATURE(2, "dsssig", Proof.CERTIFICATE, false),
    RSA_SIGNATURE(3, "rsasig", Proof.CERTIFICATE, true),
    RSA_ENCRYPTION(4, "rsaenc", Proof.CERTIFICATE, false),
    RSA_REVISED_ENCRYPTION(5, "rsarev", Proof.CERTIFICATE, false),
    HYBRID_RSA_CLIENT(64221, "hybrid_rsa_client", Proof.CERTIFICATE, true),
    HYBRID_RSA_SERVER(64222, "hybrid_rsa_server", Proof.CERTIFICATE, true),
    HYBRID_DSS_CLIENT(64223, "hybrid_dss_client", Proof.CERTIFICATE, false),
    HYBRID_DSS_SERVER(64224, "hybrid_dss_server", Proof.CERTIFICATE, false),
    /// The number of [#XAUTH_PSK_CLIENT] too: the vendor id of the exchange tells which is meant.
    GSSAPI_KERBEROS(65001, "gssapi_krb", Proof.KERBEROS, true),
    XAUTH_PSK_CLIENT(65001, "xauth_psk_client", Proof.KEY, true),
    XAUTH_PSK_SERVER(65002, "xauth_psk_server", Proof.KEY, true),
    XAUTH_RSA_CLIENT(65005, "xauth_rsa_client", Proof.CERTIFICATE, true),
    XAUTH_RSA_SERVER(65006, "xauth_rsa_server", Proof.CERTIFICATE, true);

    // spotless:on

    private enum Proof {
        KEY,
        CERTIFICATE,
        KERBEROS
    }

    private final int number;
    private final String word;
    private final Proof proof;
    private final boolean worksInRacoon;

    AuthenticationMethod(int number, String word, Proof proof, boolean worksInRacoon) {
        this.number = number;
        this.word = word;
        this.proof = proof;
        this.worksInRacoon = worksInRacoon;
    }

    public static Optional<AuthenticationMethod> ofWord(String word) {
        return Arrays.stream(values()).filter(method -> method.word.equals(word)).findAny();
    }

    /// Of attribute 3, for the side that is configured so and initiates.
    public int number() {
        return number;
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }

    /// Whether phase 1 rests on a pre-shared key.
    public boolean usesPresharedKey() {
        return proof == Proof.KEY;
    }

    /// Whether phase 1 rests on a certificate or a plain RSA key, of one side at least.
    public boolean usesCertificate() {
        return proof == Proof.CERTIFICATE;
    }

    /// Whether a user logs in behind phase 1 (XAUTH).
    public boolean hasLogin() {
        return switch (this) {
            case HYBRID_RSA_CLIENT,
                    HYBRID_RSA_SERVER,
                    HYBRID_DSS_CLIENT,
                    HYBRID_DSS_SERVER,
                    XAUTH_PSK_CLIENT,
                    XAUTH_PSK_SERVER,
                    XAUTH_RSA_CLIENT,
                    XAUTH_RSA_SERVER ->
                    true;
            case PRE_SHARED_KEY,
                    DSS_SIGNATURE,
                    RSA_SIGNATURE,
                    RSA_ENCRYPTION,
                    RSA_REVISED_ENCRYPTION,
                    GSSAPI_KERBEROS ->
                    false;
        };
    }

    /// Whether this version can negotiate it. The others are read and checked like any; a phase 1
    /// that would need one is refused with "not available yet".
    public boolean isAvailable() {
        return this == PRE_SHARED_KEY;
    }

    /// Whether racoon 0.8.2 can negotiate it; it takes the others in its configuration only.
    public boolean worksInRacoon() {
        return worksInRacoon;
    }
}

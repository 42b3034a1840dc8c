package org.jipsec.sadb;

/// What an SA speaks, with the numbers of IP and of PF_KEY.
public enum IpsecProtocol {
    /// Not said: in a flush or dump every protocol; in an SA setkey lets it pass and the backend
    /// refuses it.
    UNSPEC("unspec", 0, 0),
    /// RFC 4302
    AH("ah", 51, 2),
    /// RFC 4303
    ESP("esp", 50, 3),
    /// TCP signatures (RFC 2385) of the BSDs; no packet transformation of IPsec.
    TCP("tcp", 6, 8),
    /// RFC 3173
    IPCOMP("ipcomp", 108, 9);

    private final String word;
    private final int ipNumber;
    private final int saType;

    IpsecProtocol(String word, int ipNumber, int saType) {
        this.word = word;
        this.ipNumber = ipNumber;
        this.saType = saType;
    }

    /// As setkey writes it.
    public String word() {
        return word;
    }

    /// Of the IP header's protocol or next header field.
    public int ipNumber() {
        return ipNumber;
    }

    /// `SADB_SATYPE_*` (RFC 2367 3.2).
    public int saType() {
        return saType;
    }
}

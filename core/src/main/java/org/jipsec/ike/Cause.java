package org.jipsec.ike;

import java.util.Locale;

/// Why a negotiation failed: what an operator can do something about.
public enum Cause {
    NO_ANSWER(
            "the peer does not answer",
            "see that UDP 500 and 4500 reach it, and that it knows our address"),
    NO_ANSWER_TO_LATER(
            "the peer answered at first, and then no more",
            "with main mode most often the keys differ: compare psk.txt with the peer's"),
    NO_ANSWER_IN_PHASE2(
            "the peer does not answer in phase 2",
            "it may have been restarted, which `dpd_delay` finds out; or it refuses without a word:"
                    + " see its log"),
    NO_REMOTE("no remote section fits the peer", "add `remote ADDRESS`, or `remote anonymous`"),
    EXCHANGE_NOT_ALLOWED(
            "the peer wants another exchange than we allow", "add it to `exchange_mode`"),
    NO_PROPOSAL(
            "no proposal of the peer's is among ours", "make one `proposal` equal on both sides"),
    NO_KEY("there is no pre-shared key for the peer", "add a line for it to psk.txt"),
    WRONG_KEY(
            "what the peer sent does not decrypt or does not fit: the pre-shared keys differ",
            "compare both keys, octet by octet: trailing blanks and a CR count"),
    WRONG_IDENTITY("the peer is not who it should be", "compare `peers_identifier` with its id"),
    NO_SAINFO("no sainfo section fits", "add one for this traffic"),
    NO_POLICY("no policy fits what the peer asks for", "add it, or `generate_policy on`"),
    NO_POLICY_AT_PEER(
            "the peer has no policy for this traffic, or another one",
            "compare both ends' policies and sainfos: networks, protocol and ports must be equal"),
    NO_PHASE2_PROPOSAL(
            "the peers agree on no protection for the traffic",
            "make the algorithms, `pfs_group` and lifetimes of both sainfos fit"),
    WEAK_KEY(
            "the key that came out is one of DES's weak keys", "nothing: the next try has another"),
    NOT_AVAILABLE("the configuration asks for what is not available yet", "see racoon.conf(5)"),
    BAD_KEY_EXCHANGE("the peer's Diffie-Hellman value is none", "the peer is broken, or hostile"),
    MALFORMED("the peer's message is malformed", "the peer is broken, or hostile"),
    REFUSED_BY_PEER("the peer refused", "look into the peer's log"),
    REFUSED_BY_BACKEND("the SADB refused an SA", "see `jipsec doctor` for what it offers"),
    DEAD("the peer is dead: it no longer answers probes", "see that it runs, and the path"),
    TOO_LATE("it took too long", "look at the load of both ends"),
    EXPIRED("phase 1 ended meanwhile", "make its lifetime longer");

    private final String sentence;
    private final String remedy;

    Cause(String sentence, String remedy) {
        this.sentence = sentence;
        this.remedy = remedy;
    }

    /// For programs: `wrong_key`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String sentence() {
        return sentence;
    }

    public String remedy() {
        return remedy;
    }
}

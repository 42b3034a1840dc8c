package org.jipsec.ike;

/// Who began an exchange.
public enum Role {
    INITIATOR("initiate"),
    RESPONDER("respond");

    private final String verb;

    Role(String verb) {
        this.verb = verb;
    }

    /// As racoon's log has it: `initiate new phase 1 negotiation`.
    String verb() {
        return verb;
    }
}

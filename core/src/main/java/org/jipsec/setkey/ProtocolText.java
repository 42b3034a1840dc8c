package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.diag.Span;
import org.jipsec.sadb.IpsecProtocol;

import java.util.Optional;

/// The protocol word of a command for SAs.
///
/// @param original behind `esp-udp`: the peer's address before its NAT
public record ProtocolText(Span span, Word word, Optional<Located<String>> original) {
    public enum Word {
        ESP("esp", IpsecProtocol.ESP),
        ESP_OLD("esp-old", IpsecProtocol.ESP),
        ESP_UDP("esp-udp", IpsecProtocol.ESP),
        AH("ah", IpsecProtocol.AH),
        AH_OLD("ah-old", IpsecProtocol.AH),
        IPCOMP("ipcomp", IpsecProtocol.IPCOMP),
        TCP("tcp", IpsecProtocol.TCP);

        private final String text;
        private final IpsecProtocol protocol;

        Word(String text, IpsecProtocol protocol) {
            this.text = text;
            this.protocol = protocol;
        }

        public String text() {
            return text;
        }

        public IpsecProtocol protocol() {
            return protocol;
        }

        /// As RFC 1826 and RFC 1827 have it: no sequence number, no replay protection.
        public boolean isOld() {
            return this == ESP_OLD || this == AH_OLD;
        }
    }
}

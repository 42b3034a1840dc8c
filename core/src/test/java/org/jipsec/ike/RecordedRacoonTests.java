package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.crypto.DhExchange;
import org.jipsec.crypto.DhGroup;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Five runs of the original racoon with all its secrets: what it derived we derive, from its
/// private Diffie-Hellman values and the packets alone.
class RecordedRacoonTests {
    private static final Secret KEY = Secret.of("simple psk".getBytes(StandardCharsets.US_ASCII));

    /// The labels of racoon's debug output, and under which name [RecordedRun] notes the same.
    private static final Map<String, String> LABELS = labels();

    private static Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>();
        for (String same :
                List.of(
                        "compute DH's shared.",
                        "SKEYID computed:",
                        "SKEYID_d computed:",
                        "SKEYID_a computed:",
                        "SKEYID_e computed:",
                        "final encryption key computed:",
                        "IV computed:",
                        "phase1 last IV:",
                        "phase2 IV computed:",
                        "encrypted payload by IV:",
                        "save IV for next:",
                        "HASH computed:",
                        "generating K1...K4 for KEYMAT.")) {
            labels.put(same, same);
        }
        labels.put("with key:", "final encryption key computed:");
        labels.put("decrypted payload by IV:", "encrypted payload by IV:");
        labels.put("IV was saved for next processing:", "save IV for next:");
        labels.put("decrypted payload, but not trimed.", "plaintext");
        labels.put("pad length = 4", "plaintext");
        labels.put("pad length = 8", "plaintext");
        labels.put("HASH (init) computed:", "phase 1 hash");
        labels.put("HASH (resp) computed:", "phase 1 hash");
        labels.put("HASH received:", "phase 1 hash");
        labels.put("HASH(2) received:", "HASH computed:");
        labels.put("nonce 1:", "nonce");
        labels.put("nonce 2:", "nonce");
        labels.put("nonce1:", "nonce");
        labels.put("nonce2:", "nonce");
        return labels;
    }

    /// Of each the octets compared in its two logs, and the proofs on the wire.
    @ParameterizedTest(name = "{0}: {1} values")
    @CsvSource(
            delimiter = '|',
            value = {
                "main-psk-debug | 191 | {DECRYPTED=12, HASH_OF_PHASE_1=4, "
                        + "HASH_1=1, HASH_2=1, HASH_3=1, INFORMATIONAL=5, DELETE=2, ESP=18}",
                "aggr-debug | 121 | {DECRYPTED=7, HASH_OF_PHASE_1=2, "
                        + "HASH_1=1, HASH_2=1, HASH_3=1, INFORMATIONAL=4, DELETE=2, ESP=18}",
                "natt-debug | 192 | {DECRYPTED=13, HASH_OF_PHASE_1=2, HASH_1=2, HASH_2=2, HASH_3=2,"
                        + " INFORMATIONAL=5, DELETE=3, NAT_DETECTION=4, ESP=17}",
                "rsasig-debug | 135 | {DECRYPTED=9, SIGNATURE=2, "
                        + "HASH_1=1, HASH_2=1, HASH_3=1, INFORMATIONAL=4, DELETE=2, ESP=18}",
                "rsasig-anon-debug | 135 | {DECRYPTED=9, SIGNATURE=2, "
                        + "HASH_1=1, HASH_2=1, HASH_3=1, INFORMATIONAL=4, DELETE=2, ESP=18}"
            })
    void derivesWhatRacoonDerived(String name, int values, String proofs) throws Exception {
        String directory = "/racoon-recorded/" + name + "/";
        List<RecordedLog.Dump> dumps =
                Stream.of("A.log", "B.log")
                        .flatMap(log -> RecordedLog.read(directory + log).stream())
                        .toList();
        Optional<Secret> key = name.startsWith("rsasig") ? Optional.empty() : Optional.of(KEY);
        RecordedRun run = new RecordedRun(privateValues(dumps), key);
        for (RecordedWire.Packet packet : RecordedWire.read(directory + "wire.pcap")) {
            run.on(packet);
        }
        assertThat(run.proofs()).hasToString(proofs);
        int compared = 0;
        for (RecordedLog.Dump dump : dumps) {
            Optional<String> ours = Optional.ofNullable(LABELS.get(dump.label()));
            if (ours.isPresent()) {
                assertThat(run.derived(ours.get()))
                        .as("%s", dump.label())
                        .contains(dump.octets().hex());
                compared++;
            }
        }
        assertThat(compared).isEqualTo(values);
    }

    private static Map<Bytes, Secret> privateValues(List<RecordedLog.Dump> dumps) {
        Map<Bytes, Secret> values = new HashMap<>();
        for (int i = 0; i + 1 < dumps.size(); i++) {
            if (dumps.get(i).label().equals("compute DH's private.")) {
                Bytes expected = dumps.get(i + 1).octets();
                DhGroup group = expected.length() == 128 ? DhGroup.MODP_1024 : DhGroup.MODP_768;
                Secret privateValue = Secret.of(dumps.get(i).octets().toArray());
                assertThat(DhExchange.ofPrivate(group, privateValue).publicValue())
                        .isEqualTo(expected);
                values.put(expected, privateValue);
            }
        }
        return values;
    }
}

package org.jipsec.setkey;

import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// What setkey makes of a PF_KEY message that it reads from a file.
public sealed interface ClassicMessage {
    /// A message with an errno. Any octets may claim to be one, so any number may be in it.
    record Failed(Asked asked, int errno) implements ClassicMessage {
        private static final int ENOENT = 2;

        /// What the errno is called, for ENOENT what is missing.
        String reason() {
            if (errno != ENOENT) {
                return strerror(errno);
            }
            return switch (asked) {
                case DELETE_OR_GET -> "No entry";
                case SA_DUMP -> "No SAD entries";
                case POLICY_DUMP -> "No SPD entries";
                case OTHER -> "(null)";
            };
        }

        private static String strerror(int number) {
            try (InputStream in = ClassicMessage.class.getResourceAsStream("errno.tsv")) {
                if (in == null) {
                    throw new IllegalStateException("errno.tsv is missing");
                }
                return new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                        .lines()
                        .filter(line -> line.startsWith(number + "\t"))
                        .map(line -> line.substring(line.indexOf('\t') + 1))
                        .findFirst()
                        .orElse("Unknown error " + number);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    /// `SADB_DUMP`
    record ListedSa(SaSnapshot snapshot) implements ClassicMessage {}

    /// `SADB_GET`
    record GotSa(SaSnapshot snapshot) implements ClassicMessage {}

    /// `SADB_X_SPDDUMP`, `SADB_X_SPDGET`
    record ListedPolicy(PolicySnapshot snapshot) implements ClassicMessage {}

    /// Any other message.
    record Other() implements ClassicMessage {}

    /// What a failed message is the answer to.
    enum Asked {
        /// `SADB_DELETE`, `SADB_GET`, `SADB_X_SPDDELETE`
        DELETE_OR_GET,
        /// `SADB_DUMP`
        SA_DUMP,
        /// `SADB_X_SPDDUMP`
        POLICY_DUMP,
        OTHER
    }
}

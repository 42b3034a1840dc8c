package org.jipsec.sadb;

import java.util.List;

/// What a backend answers.
public sealed interface SadbReply {
    record Done() implements SadbReply {}

    record Sa(SaSnapshot snapshot) implements SadbReply {}

    /// In the backend's order; on Linux the newest first.
    record Sas(List<SaSnapshot> snapshots) implements SadbReply {}

    record FoundPolicy(PolicySnapshot snapshot) implements SadbReply {}

    record Policies(List<PolicySnapshot> snapshots) implements SadbReply {}

    record SpiReserved(Spi spi) implements SadbReply {}

    record Registered(Capabilities capabilities) implements SadbReply {}

    record Counted(Statistics statistics) implements SadbReply {}

    /// The backend said no, and nothing was changed.
    ///
    /// @param why what is known beyond the number, lower case, no key in it; empty when nothing is
    record Refused(Errno errno, String why) implements SadbReply {}
}

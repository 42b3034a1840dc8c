package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the socket carries is tried in the kernel guest: `AfKeyContractTests`.
class KeySocketTests {
    @ParameterizedTest
    @CsvSource({
        "EAFNOSUPPORT, modprobe af_key",
        "EPROTONOSUPPORT, version 2",
        "EPERM, CAP_NET_ADMIN",
    })
    void saysWhatIsMissingAndWhatToDo(ErrorNumber error, String advice) {
        OsException refused = new OsException("socket", "PF_KEY, SOCK_RAW, 2", error.number());
        assertThat(KeySocket.explained(refused))
                .hasMessageStartingWith("socket(PF_KEY, SOCK_RAW, 2): " + error)
                .hasMessageContaining(advice)
                .isInstanceOfSatisfying(
                        OsException.class, explained -> assertThat(explained.is(error)).isTrue());
    }
}

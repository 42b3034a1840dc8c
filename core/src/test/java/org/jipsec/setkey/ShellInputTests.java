package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellInputTests {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  \n",
                "flush;",
                "flush; # gone",
                "add a b esp 1 -A x \"a;b\";",
                "# only;"
            })
    void takesWhatEndsInASemicolonAsComplete(String text) {
        assertThat(ShellInput.isComplete(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"flush", "flush; dump", "flush # ;", "add a b esp 1 -A x \"a;", "flush;\nx"})
    void asksForMoreOfAnythingElse(String text) {
        assertThat(ShellInput.isComplete(text)).isFalse();
    }

    @Test
    void completesCommands() {
        assertThat(ShellInput.completions("sp"))
                .containsExactly("spdadd", "spdupdate", "spddelete", "spddump", "spdflush");
        assertThat(ShellInput.completions("flush; du")).containsExactly("dump");
        assertThat(ShellInput.completions("flush ")).contains("esp", "ah", "ipcomp");
    }

    @Test
    void completesAlgorithmsBehindTheirFlags() {
        assertThat(ShellInput.completions("add 10.0.0.1 10.0.0.2 esp 1 -E aes-g"))
                .contains("aes-gcm-16", "aes-gmac")
                .allMatch(word -> word.startsWith("aes-g"));
        assertThat(ShellInput.completions("add 10.0.0.1 10.0.0.2 ah 1 -A hmac-sha2"))
                .contains("hmac-sha256", "hmac-sha2-512");
        assertThat(ShellInput.completions("add 10.0.0.1 10.0.0.2 ipcomp 1 -C d"))
                .containsExactly("deflate");
        assertThat(ShellInput.completions("add 10.0.0.1 10.0.0.2 esp 1 -m tu"))
                .containsExactly("tunnel");
        assertThat(ShellInput.completions("add 10.0.0.1 10.0.0.2 esp 1 -f no"))
                .containsExactly("nocyclic-seq");
    }

    @Test
    void completesWhatFollowsAddressesAndSpi() {
        assertThat(ShellInput.completions("add -4 10.0.0.1 10.0.0.2 es"))
                .containsExactly("esp", "esp-udp", "esp-old");
        assertThat(ShellInput.completions("add 10.0.0.1 10.0.0.2 esp 0x201 ")).contains("-E", "-m");
        assertThat(ShellInput.completions("add 10.0.0.1 10.0.0.2 esp 0x201 -E null "))
                .containsExactly("-A");
        assertThat(ShellInput.completions("spdadd 10.0.0.1 10.0.0.2 a"))
                .containsExactly("any", "ah");
        assertThat(ShellInput.completions("spdadd 10.0.0.1 10.0.0.2 any ")).containsExactly("-P");
    }

    @Test
    void completesPoliciesPartByPart() {
        String start = "spdadd 172.16.1.0/24 172.16.2.0/24 any -P ";
        assertThat(ShellInput.completions(start)).containsExactly("in", "out", "fwd");
        assertThat(ShellInput.completions(start + "out ")).contains("ipsec", "none", "prio");
        assertThat(ShellInput.completions(start + "out prio h")).containsExactly("high");
        assertThat(ShellInput.completions(start + "out ipsec e")).containsExactly("esp/");
        assertThat(ShellInput.completions(start + "out ipsec esp/t"))
                .containsExactly("esp/transport//", "esp/tunnel/");
        assertThat(ShellInput.completions(start + "out ipsec esp/transport//r"))
                .containsExactly("esp/transport//require");
    }

    @Test
    void offersNothingInsideQuotesAndComments() {
        assertThat(ShellInput.completions("add a b esp 1 -A x \"d")).isEmpty();
        assertThat(ShellInput.completions("# d")).isEmpty();
        assertThat(ShellInput.completions("frobnicate x ")).isEmpty();
    }
}

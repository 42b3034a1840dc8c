package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Redactor;
import org.jipsec.diag.SourceText;
import org.junit.jupiter.api.Test;

import java.util.List;

class SetkeyParserTests {
    @Test
    void readsTheTransportConfigurationOfTheHowto() {
        Diagnostics problems = new Diagnostics();
        List<Command> commands =
                SetkeyParser.parse(
                        SourceText.of(
                                "x",
                                """
                                flush;
                                add 192.168.1.100 192.168.2.100 ah 0x200 -A hmac-md5
                                0xc0291ff014dccdd03874d9e8e4cdf3e6;
                                spdadd 192.168.1.100 192.168.2.100 any -P out ipsec
                                           esp/transport//require
                                           ah/tunnel/10.0.0.1[4500] - 10.0.0.2[1]/unique:5;
                                exit; rubbish {
                                """,
                                Redactor.NONE),
                        problems);
        assertThat(problems.all()).isEmpty();
        assertThat(commands).hasSize(4);
        assertThat(commands.get(1))
                .isInstanceOfSatisfying(
                        Command.Add.class,
                        add -> {
                            assertThat(add.association().spi().value()).isEqualTo(0x200);
                            assertThat(
                                            add.association()
                                                    .authentication()
                                                    .orElseThrow()
                                                    .key()
                                                    .orElseThrow()
                                                    .octets()
                                                    .toArray())
                                    .startsWith(0xc0, 0x29)
                                    .hasSize(16);
                        });
        assertThat(commands.get(2))
                .isInstanceOfSatisfying(
                        Command.SpdAdd.class, add -> assertThat(add.policy().rules()).hasSize(2));
    }
}

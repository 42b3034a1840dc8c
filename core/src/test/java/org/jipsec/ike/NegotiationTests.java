package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.crypto.DhGroup;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SecurityAssociation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

class NegotiationTests {
    private final IkeWorld world = new IkeWorld(1);
    private final IkeHost a = world.host("A", "192.168.1.100");
    private final IkeHost b = world.host("B", "192.168.2.100");

    private void configure(ExchangeMode mode, Optional<DhGroup> pfs) {
        for (IkeHost host : List.of(a, b)) {
            host.configure(
                    TestSettings.anonymous(mode, pfs),
                    "192.168.1.100 secret\n192.168.2.100 secret\n");
        }
    }

    @ParameterizedTest
    @EnumSource(ExchangeMode.class)
    void aPacketBringsTheSameSasToBothSides(ExchangeMode mode) {
        configure(mode, Optional.of(DhGroup.MODP_1024));
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        b.protect(a, SaMode.TUNNEL, IpsecProtocol.ESP);

        a.acquire(b);
        world.run(Duration.ofSeconds(5));

        assertThat(a.sas()).hasSize(2);
        assertThat(keys(a)).containsExactlyInAnyOrderElementsOf(keys(b));
        assertThat(a.larval()).isEmpty();
        assertThat(b.larval()).isEmpty();
    }

    @Test
    void eachDirectionHasTheNumberOfItsOwnUniquePolicy() {
        configure(ExchangeMode.MAIN, Optional.empty());
        a.protectUniquely(b, 101, 102);
        b.protectUniquely(a, 201, 202);

        a.acquire(b);
        world.run(Duration.ofSeconds(5));

        assertThat(reqids(a)).containsExactlyInAnyOrder("out 101", "in 102");
        assertThat(reqids(b)).containsExactlyInAnyOrder("out 201", "in 202");
    }

    private static List<String> reqids(IkeHost host) {
        return host.sas().stream()
                .map(SaSnapshot::association)
                .map(
                        sa ->
                                (sa.source().address().equals(host.address) ? "out " : "in ")
                                        + sa.reqid())
                .toList();
    }

    private static List<String> keys(IkeHost host) {
        return host.sas().stream()
                .map(SaSnapshot::association)
                .map(NegotiationTests::text)
                .toList();
    }

    private static String text(SecurityAssociation sa) {
        return "%s %s->%s %s %s %s"
                .formatted(
                        sa.spi(),
                        sa.source().address(),
                        sa.destination().address(),
                        java.util.HexFormat.of().formatHex(sa.encryptionKey().toArray()),
                        java.util.HexFormat.of().formatHex(sa.authenticationKey().toArray()),
                        sa.mode());
    }
}

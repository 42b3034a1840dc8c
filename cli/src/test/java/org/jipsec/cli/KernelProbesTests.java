package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.cli.KernelOffer.Algorithm;
import org.jipsec.cli.KernelOffer.Kind;
import org.jipsec.cli.KernelOffer.Protocol;
import org.jipsec.os.IpFamily;
import org.jipsec.os.NetworkNamespace;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.setkey.KernelFacts.Offer;
import org.jipsec.testing.RequiresWire;
import org.jipsec.xfrm.DefaultPolicies;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class KernelProbesTests {
    private static final Offer HERE = new Offer.Present();
    private static final Offer GONE = new Offer.Missing();

    private static KernelOffer offer(Offer xfrm, Offer pfkey, Offer esp4, Offer esp6) {
        return new KernelOffer(
                xfrm,
                pfkey,
                List.of(
                        new Protocol(IpsecProtocol.ESP, IpFamily.IPV4, esp4),
                        new Protocol(IpsecProtocol.ESP, IpFamily.IPV6, esp6),
                        new Protocol(IpsecProtocol.AH, IpFamily.IPV4, GONE),
                        new Protocol(IpsecProtocol.AH, IpFamily.IPV6, GONE),
                        new Protocol(IpsecProtocol.IPCOMP, IpFamily.IPV4, GONE),
                        new Protocol(IpsecProtocol.IPCOMP, IpFamily.IPV6, new Offer.Unknown())),
                List.of(
                        new Algorithm(Kind.CIPHER, "aes-cbc", "cbc(aes)", HERE),
                        new Algorithm(
                                Kind.CIPHER,
                                "camellia-cbc",
                                "cbc(camellia)",
                                new Offer.Loadable(List.of("camellia_generic"))),
                        new Algorithm(Kind.CIPHER, "twofish-cbc", "cbc(twofish)", GONE),
                        new Algorithm(Kind.COMPRESSION, "deflate", "deflate", GONE)));
    }

    private static Finding finding(KernelOffer offer, String id) {
        return finding(offer, true, id);
    }

    private static Finding finding(KernelOffer offer, boolean mayUse, String id) {
        return KernelProbes.all(offer, mayUse).stream()
                .filter(finding -> finding.id().equals(id))
                .findAny()
                .orElseThrow();
    }

    @Test
    void groupsWhatThereIsWhatAModuleBringsAndWhatThereIsNot() {
        KernelOffer offer = offer(HERE, GONE, HERE, new Offer.Loadable(List.of("esp6")));
        assertThat(finding(offer, "kernel-esp"))
                .isEqualTo(Finding.ok("kernel-esp", "IPv4; IPv6 with module esp6"));
        assertThat(finding(offer, "kernel-ah").state()).isEqualTo(Finding.State.ABSENT);
        assertThat(finding(offer, "kernel-ipcomp").text()).isEqualTo("not IPv4; IPv6 unknown");
        assertThat(finding(offer, "kernel-ciphers").text())
                .isEqualTo("aes-cbc; by module: camellia-cbc (camellia_generic); not: twofish-cbc");
        assertThat(finding(offer, "kernel-deflate"))
                .isEqualTo(Finding.absent("kernel-deflate", "not: deflate"));
    }

    @Test
    void warnsOfDefaultPoliciesThatDrop() {
        assertThat(
                        KernelProbes.defaultPolicies(
                                Optional.of(new DefaultPolicies(Set.of(Direction.OUT)))))
                .isEqualTo(
                        Finding.limited(
                                "kernel-default-policy",
                                "out is BLOCKED: what no policy matches is dropped",
                                "ip xfrm policy getdefault"));
        assertThat(KernelProbes.defaultPolicies(Optional.of(new DefaultPolicies(Set.of()))).text())
                .isEqualTo("in, fwd and out are accepted");
        assertThat(KernelProbes.defaultPolicies(Optional.empty()).state())
                .isEqualTo(Finding.State.UNKNOWN);
    }

    @Test
    void saysWhyWhatNoListTellsIsNotTried() {
        Offer unknown = new Offer.Unknown();
        assertThat(finding(offer(HERE, GONE, unknown, unknown), "kernel-esp"))
                .isEqualTo(Finding.unknown("kernel-esp", "only root can try it"));
        assertThat(finding(offer(GONE, GONE, unknown, unknown), "kernel-esp"))
                .isEqualTo(Finding.unknown("kernel-esp", "it cannot be tried without XFRM"));
    }

    @Test
    void saysWhatAutoWouldTake() {
        String begin = "auto is a running jipsecd, else ";
        assertThat(finding(offer(HERE, HERE, HERE, GONE), "backend").text())
                .isEqualTo(begin + "xfrm");
        assertThat(finding(offer(HERE, HERE, GONE, GONE), "backend").text())
                .isEqualTo(begin + "pfkey");
        assertThat(finding(offer(HERE, GONE, GONE, GONE), "backend").text())
                .startsWith(begin + "userspace");
        assertThat(finding(offer(HERE, HERE, HERE, HERE), false, "backend").text())
                .startsWith(begin + "userspace");
    }

    @Test
    @RequiresWire
    void loadsNothingByLooking() throws IOException {
        Path loaded = Path.of("/proc/modules");
        String before = Files.exists(loaded) ? Files.readString(loaded) : "";
        try (NetworkNamespace own = NetworkNamespace.fresh()) {
            KernelOffer offer = KernelOffer.look(Optional.of(own));
            assertThat(offer.algorithms(Kind.CIPHER))
                    .hasSize(EncryptionAlgorithm.values().length - 1);
            assertThat(offer.protocols()).hasSize(6);
        }
        assertThat(Files.exists(loaded) ? Files.readString(loaded) : "").isEqualTo(before);
    }

    @Test
    void triesNothingWithoutANamespaceOfItsOwn() {
        assertThat(KernelOffer.look(Optional.empty()).algorithms(Kind.COMPRESSION)).isNotEmpty();
    }
}

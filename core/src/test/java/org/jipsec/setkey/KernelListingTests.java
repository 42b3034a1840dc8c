package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.pfkey.Dialect;
import org.jipsec.pfkey.KernelPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.testing.Namespaces;
import org.jipsec.xfrm.XfrmBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;

/// One kernel, filled by `ip xfrm` with what the language has no words for too: `-D` and `-DP` are
/// the same over XFRM as over the kernel's own PF_KEY. Run by `src/test/kernel-guest/backends`.
@Tag("kernel")
class KernelListingTests {
    private static final int OWN = 901;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Namespaces hosts = Namespaces.create("host");

    @AfterEach
    void close() {
        hosts.close();
    }

    private void add(String words) throws IOException {
        hosts.ip("host", ("xfrm " + words).split(" "));
    }

    private String listing(SadbBackend backend) throws IOException {
        try (backend) {
            StringBuilder out = new StringBuilder();
            SaFormatter associations = new SaFormatter(ZoneOffset.UTC, false);
            PolicyFormatter policies = new PolicyFormatter(ZoneOffset.UTC, false);
            backend.stream(
                    new SadbOperation.DumpSas(IpsecProtocol.UNSPEC),
                    entry ->
                            ((SadbReply.Sas) entry)
                                    .snapshots()
                                    .forEach(sa -> associations.append(out, sa, Instant.EPOCH)));
            backend.stream(
                    new SadbOperation.DumpPolicies(),
                    entry ->
                            ((SadbReply.Policies) entry)
                                    .snapshots()
                                    .forEach(policy -> policies.append(out, policy)));
            return out.toString();
        }
    }

    private String overPfkey(Dialect dialect) throws IOException {
        return listing(
                hosts.in(
                        "host",
                        () ->
                                PfkeyBackend.open(
                                        KernelPfkeyChannel.open(), OWN, dialect, PATIENCE)));
    }

    private String overXfrm() throws IOException {
        return listing(
                hosts.in("host", () -> XfrmBackend.open(OWN, InstantSource.system(), PATIENCE)));
    }

    @Test
    void areTheSameForSas() throws IOException {
        String keys =
                " enc cbc(aes) 0x000102030405060708090a0b0c0d0e0f"
                        + " auth-trunc hmac(sha1) 0x000102030405060708090a0b0c0d0e0f10111213 96";
        String ends = "state add src 10.1.0.1 dst 10.2.0.1 proto esp spi ";
        add(ends + "0x1001 reqid 5 mode transport" + keys);
        add(ends + "0x1002 mode tunnel replay-window 32" + keys);
        add(ends + "0x1003 mode beet" + keys + " sel src 10.3.0.1 dst 10.3.0.2");
        add(
                "state add src 10.1.0.1 dst 10.2.0.1 proto ah spi 0x1004 mode transport"
                        + " auth-trunc hmac(md5) 0x000102030405060708090a0b0c0d0e0f 96"
                        + " limit time-soft 600 limit time-hard 900");
        assertThat(overXfrm())
                .isEqualTo(overPfkey(Dialect.LINUX))
                .contains("esp mode=beet spi=4099(0x00001003)");
        assertThat(overPfkey(Dialect.LINUX_AS_SETKEY))
                .isEqualTo(overXfrm().replace("mode=beet", "mode=3"));
    }

    /// The count of references falls when a policy's first timer is over.
    @Test
    @Timeout(60)
    void areTheSameForPolicies() throws IOException {
        add("policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl proto esp mode transport");
        add("policy add src 10.1.0.1 dst 10.2.0.1 proto icmp type 0 code 0 dir in action block");
        add("policy add src 10.1.0.2 dst 10.2.0.1 proto icmp type 8 code 0 dir fwd priority 7");
        add("policy add src 10.1.0.3 dst 10.2.0.1 proto udp sport 500 dir out limit time-hard 900");
        assertThat(overXfrm())
                .isEqualTo(overPfkey(Dialect.LINUX))
                .contains("10.1.0.1 10.2.0.1 icmp\n", "icmp 8,0\n", "refcnt=2")
                .doesNotContain("refcnt=1");
        String old = overPfkey(Dialect.LINUX);
        while (old.split("refcnt=1").length != 4 || !old.equals(overXfrm())) {
            old = overPfkey(Dialect.LINUX);
        }
        assertThat(old.split("refcnt=2")).as("that with an end").hasSize(2);
    }
}

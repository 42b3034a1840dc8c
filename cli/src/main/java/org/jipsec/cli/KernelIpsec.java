package org.jipsec.cli;

import org.jipsec.os.ErrorNumber;
import org.jipsec.os.IpFamily;
import org.jipsec.os.OsException;
import org.jipsec.os.XfrmTrial;
import org.jipsec.os.XfrmTrial.Part;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Whether the running kernel protects packets, for who has to choose a backend: some milliseconds,
/// and nothing is loaded or left behind by asking.
final class KernelIpsec {
    static final int ESP = 50;

    /// The kernel's sockets, one of each netlink family it has: in the second column 6 is
    /// NETLINK_XFRM.
    private static final Path NETLINK = Path.of("/proc/thread-self/net/netlink");

    private static final Path PFKEY = Path.of("/proc/thread-self/net/pfkey");

    private KernelIpsec() {}

    /// Whether an SA of ESP that this process adds over XFRM in the calling thread's network
    /// namespace will protect packets: it has the right to, and `esp4` is loaded, built in, or will
    /// be loaded for it. Where no list of modules tells, as in many containers, a trial does.
    static boolean xfrmHasEsp() {
        if (!new RunningKernel().mayAdminister()) {
            return false;
        }
        KernelModules modules = KernelModules.running();
        if (!hasXfrm(modules)) {
            return false;
        }
        return switch (modules.presence("esp4")) {
            case LOADED, LOADABLE -> true;
            case UNKNOWN -> espRefusal().isEmpty();
        };
    }

    /// Whether this process can open sockets of PF_KEY in the calling thread's network namespace.
    static boolean hasPfkey() {
        return new RunningKernel().mayAdminister()
                && (isPfkeyLoaded()
                        || KernelModules.running().presence("af_key")
                                == KernelModules.Presence.LOADABLE);
    }

    /// What a refusal to open XFRM means.
    static IOException withoutXfrm(OsException refused) {
        String cause =
                refused.is(ErrorNumber.EPROTONOSUPPORT)
                        ? "this kernel has no XFRM: load its module (modprobe xfrm_user), or use"
                                + " PF_KEY (--backend pfkey) or the userspace stack (--backend"
                                + " userspace)"
                        : "a sandbox may forbid it";
        return new IOException(refused.getMessage() + ": " + cause, refused);
    }

    static boolean isPfkeyLoaded() {
        return Files.exists(PFKEY);
    }

    /// Whether XFRM is there or will be when it is asked.
    static boolean hasXfrm(KernelModules modules) {
        return netlinkHasXfrm() || modules.presence("xfrm_user") == KernelModules.Presence.LOADABLE;
    }

    static boolean netlinkHasXfrm() {
        try (Stream<String> lines = Files.lines(NETLINK, StandardCharsets.US_ASCII)) {
            return lines.anyMatch(line -> line.matches("\\S+ +6 .*"));
        } catch (IOException | UncheckedIOException noLinux) {
            return false;
        }
    }

    /// What the kernel says to an SA of ESP; nothing is left behind.
    static Optional<OsException> espRefusal() {
        try (XfrmTrial trial = XfrmTrial.open()) {
            Optional<OsException> common =
                    trial.refusal(
                            IpFamily.IPV4,
                            ESP,
                            new Part.Encryption("cbc(aes)", 128),
                            new Part.Authentication("hmac(sha1)", 160, 96));
            return common.isPresent() && common.get().is(ErrorNumber.ENOSYS)
                    ? trial.refusal(
                            IpFamily.IPV4,
                            ESP,
                            new Part.Encryption("ecb(cipher_null)", 0),
                            new Part.Authentication("digest_null", 0, 0))
                    : common;
        } catch (OsException noXfrm) {
            return Optional.of(noXfrm);
        }
    }
}

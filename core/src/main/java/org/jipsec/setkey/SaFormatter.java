package org.jipsec.setkey;

import static java.time.temporal.ChronoUnit.SECONDS;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Secret;

import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;

/// SAs as `setkey -D`, `dump` and `get` print them, octet for octet, keys included.
///
/// Their oddities are the format: blanks at the ends of the first and the `state=` line, no end of
/// line after `C: deflate `, no `E:` line for null encryption, `flags=` always zero because Linux
/// never says what it was told. For one thread.
public final class SaFormatter {
    /// The first line of `-l`.
    public static final String SHORT_HEADER = "time p   s spi      ltime   src -> dst\n";

    private final TimeText created;
    private final TimeText used;
    private final TimeText now;
    private final boolean withPorts;

    /// @param withPorts `-p`: the ports of the addresses too, `[0]` where there is none
    public SaFormatter(ZoneId zone, boolean withPorts) {
        this.created = new TimeText(zone);
        this.used = new TimeText(zone);
        this.now = new TimeText(zone);
        this.withPorts = withPorts;
    }

    /// Appends one SA, with the end of its last line.
    public void append(StringBuilder out, SaSnapshot snapshot, Instant now) {
        SecurityAssociation sa = snapshot.association();
        appendEnd(out, sa, sa.source(), true);
        appendEnd(out, sa, sa.destination(), false);
        boolean inUdp = sa.encapsulation().isPresent();
        out.append("\n\t");
        if (inUdp) {
            out.append(sa.protocol() == IpsecProtocol.ESP ? "esp-udp" : "natt+");
        }
        if (!inUdp || sa.protocol() != IpsecProtocol.ESP) {
            out.append(sa.protocol().word());
        }
        UnknownParts unknown = snapshot.unknown();
        out.append(" mode=").append(or(unknown.mode(), sa.mode().word()));
        appendNumber(out.append(" spi="), sa.spi().value());
        appendNumber(out.append(" reqid="), sa.reqid());
        out.append('\n');
        sa.encapsulation()
                .flatMap(nat -> nat.originalAddress())
                .ifPresent(a -> appendNatOa(out, a));
        appendAlgorithms(out, sa, unknown);
        out.append("\tseq=0x00000000 replay=").append(sa.replayWindow());
        out.append(" flags=0x00000000 state=").append(snapshot.state().word()).append(" \n");
        appendLifetimes(out, snapshot, now);
        sa.context().ifPresent(context -> DumpText.appendContext(out, context));
        out.append("\tsadb_seq=").append(Integer.toUnsignedLong(snapshot.mark().sequence()));
        out.append(" pid=").append(Integer.toUnsignedLong(snapshot.mark().processId()));
        out.append(" refcnt=").append(snapshot.mark().references()).append('\n');
    }

    /// Appends the one line of `-l`: time, protocol, state, SPI, age and hard lifetime, ends.
    public void appendShort(StringBuilder out, SaSnapshot snapshot, Instant now) {
        SecurityAssociation sa = snapshot.association();
        long second = now.getEpochSecond();
        DumpText.appendTwoDigits(out, Math.floorMod(second, 3600) / 60);
        DumpText.appendTwoDigits(out, Math.floorMod(second, 60));
        String protocol =
                switch (sa.protocol()) {
                    case AH, ESP -> sa.protocol().word();
                    case UNSPEC, TCP, IPCOMP -> "#" + sa.protocol().saType();
                };
        pad(out.append(' '), protocol, 3);
        out.append(' ').append("LMDd".charAt(snapshot.state().number())).append(' ');
        DumpText.appendHex8(out, sa.spi().value());
        long age = Math.max(age(snapshot.current(), now), 0);
        out.append(' ').append(age >= 1000 ? "big" : "%3d".formatted(age)).append('/');
        long hard = sa.hard().sinceAdded().toSeconds();
        pad(out, hard >= 1000 ? "big" : Long.toString(hard), 3);
        appendShortEnd(out.append(' '), sa.source());
        appendShortEnd(out.append(" -> "), sa.destination());
        out.append('\n');
    }

    private void appendEnd(
            StringBuilder out, SecurityAssociation sa, Endpoint end, boolean source) {
        out.append(IpText.text(end.address()));
        if (withPorts) {
            // Linux keeps no port with the address; in UDP the port is in an extension of its own
            out.append("[0]");
        }
        sa.encapsulation()
                .ifPresent(
                        nat ->
                                out.append('[')
                                        .append(source ? nat.sourcePort() : nat.destinationPort())
                                        .append(']'));
        out.append(' ');
    }

    private static void appendNatOa(StringBuilder out, InetAddress original) {
        out.append("\tNAT OA=").append(IpText.text(original)).append('\n');
    }

    private static void appendAlgorithms(
            StringBuilder out, SecurityAssociation sa, UnknownParts unknown) {
        if (sa.protocol() == IpsecProtocol.IPCOMP) {
            out.append("\tC: ")
                    .append(or(unknown.compression(), sa.compression().word()))
                    .append(' ');
        } else if (sa.protocol() == IpsecProtocol.ESP) {
            appendKey(
                    out,
                    "\tE: ",
                    or(unknown.encryption(), sa.encryption().word()),
                    sa.encryptionKey());
        }
        appendKey(
                out,
                "\tA: ",
                or(unknown.authentication(), word(sa.authentication())),
                sa.authenticationKey());
    }

    /// The name of what has no value of ours, where there is such.
    private static String or(String unknown, String known) {
        return unknown.isEmpty() ? known : unknown;
    }

    private static String word(AuthAlgorithm algorithm) {
        return switch (algorithm) {
            case KEYED_MD5 -> "md5";
            case KEYED_SHA1 -> "sha";
            default -> algorithm.word();
        };
    }

    private static void appendKey(StringBuilder out, String label, String name, Secret key) {
        if (key.length() == 0) {
            return; // Linux sends no key of no bits
        }
        byte[] octets = key.toArray();
        DumpText.appendKey(out.append(label).append(name).append(' '), octets);
        Arrays.fill(octets, (byte) 0);
        out.append('\n');
    }

    private void appendLifetimes(StringBuilder out, SaSnapshot snapshot, Instant now) {
        CurrentLifetime current = snapshot.current();
        Lifetime hard = snapshot.association().hard();
        Lifetime soft = snapshot.association().soft();
        created.append(out.append("\tcreated: "), current.added());
        this.now.append(out.append("\tcurrent: "), now);
        out.append("\n\tdiff: ").append(Long.toUnsignedString(age(current, now))).append("(s)");
        appendSeconds(out, hard.sinceAdded().toSeconds(), soft.sinceAdded().toSeconds());
        used.append(out.append("\tlast: "), current.firstUsed());
        appendSeconds(out, hard.sinceUsed().toSeconds(), soft.sinceUsed().toSeconds());
        DumpText.appendDouble(out.append("\tcurrent: "), current.bytes());
        DumpText.appendDouble(out.append("(bytes)\thard: "), hard.bytes());
        DumpText.appendDouble(out.append("(bytes)\tsoft: "), soft.bytes());
        out.append("(bytes)\n\tallocated: ").append(Long.toUnsignedString(current.packets()));
        out.append("\thard: ").append(Long.toUnsignedString(hard.packets()));
        out.append("\tsoft: ").append(Long.toUnsignedString(soft.packets())).append('\n');
    }

    private static void appendSeconds(StringBuilder out, long hard, long soft) {
        out.append("\thard: ").append(hard).append("(s)\tsoft: ").append(soft).append("(s)\n");
    }

    private static long age(CurrentLifetime current, Instant now) {
        Instant added = current.added().truncatedTo(SECONDS);
        return added.getEpochSecond() == 0 ? 0 : now.getEpochSecond() - added.getEpochSecond();
    }

    private static void appendNumber(StringBuilder out, int value) {
        out.append(Integer.toUnsignedLong(value)).append("(0x");
        DumpText.appendHex8(out, value);
        out.append(')');
    }

    private static void appendShortEnd(StringBuilder out, Endpoint end) {
        out.append(IpText.text(end.address()));
        if (end.port() != 0) {
            out.append('[').append(end.port()).append(']');
        }
    }

    private static void pad(StringBuilder out, String text, int width) {
        out.append(text).append(" ".repeat(Math.max(width - text.length(), 0)));
    }
}

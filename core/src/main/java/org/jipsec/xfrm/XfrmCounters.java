package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.Statistics;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What the kernel counts: how much is in its databases, and in `xfrm_stat` why packets were
/// dropped.
final class XfrmCounters {
    private static final int LONGEST = 1 << 16;
    private static final String PREFIX = "Xfrm";

    /// Of the kernel's documentation (xfrm_proc), in other words.
    private static final Map<String, String> SENTENCES =
            Map.ofEntries(
                    Map.entry("InError", "of what came in: any other fault"),
                    Map.entry("InBufferError", "of what came in: no memory was left"),
                    Map.entry("InHdrError", "of what came in: a header made no sense"),
                    Map.entry("InNoStates", "of what came in: there is no SA of that SPI"),
                    Map.entry(
                            "InStateProtoError",
                            "of what came in: ESP or AH failed, a key is wrong"),
                    Map.entry("InStateModeError", "of what came in: the SA's mode failed"),
                    Map.entry(
                            "InStateSeqError",
                            "of what came in: the sequence number is not in the window"),
                    Map.entry("InStateExpired", "of what came in: the SA's lifetime is over"),
                    Map.entry(
                            "InStateMismatch",
                            "of what came in: the SA is for other packets or of another"
                                    + " encapsulation"),
                    Map.entry("InStateInvalid", "of what came in: the SA is not mature"),
                    Map.entry(
                            "InTmplMismatch", "of what came in: the policy wants other protection"),
                    Map.entry("InNoPols", "of what came in protected: no policy wants it so"),
                    Map.entry("InPolBlock", "of what came in: a policy says discard"),
                    Map.entry("InPolError", "of what came in: a policy could not be read"),
                    Map.entry("OutError", "of what was to go: any other fault"),
                    Map.entry(
                            "OutBundleGenError",
                            "of what was to go: the transformations could not be set up"),
                    Map.entry(
                            "OutBundleCheckError",
                            "of what was to go: the transformations are out of date"),
                    Map.entry(
                            "OutNoStates",
                            "of what was to go: there is no SA that the policy wants"),
                    Map.entry("OutStateProtoError", "of what was to go: ESP or AH failed"),
                    Map.entry("OutStateModeError", "of what was to go: the SA's mode failed"),
                    Map.entry(
                            "OutStateSeqError",
                            "of what was to go: the sequence numbers are used up"),
                    Map.entry("OutStateExpired", "of what was to go: the SA's lifetime is over"),
                    Map.entry("OutPolBlock", "of what was to go: a policy says discard"),
                    Map.entry("OutPolDead", "of what was to go: the policy was being deleted"),
                    Map.entry("OutPolError", "of what was to go: a policy could not be read"),
                    Map.entry("FwdHdrError", "of what was to be passed on: a header made no sense"),
                    Map.entry("OutStateInvalid", "of what was to go: the SA is not mature"),
                    Map.entry("AcquireError", "of what was to go: nobody brought the SA in time"),
                    Map.entry(
                            "OutStateDirError",
                            "of what was to go: the SA is for the other direction"),
                    Map.entry(
                            "InStateDirError",
                            "of what came in: the SA is for the other direction"));

    private final XfrmExchange exchange;
    private final Optional<FileChannel> file;

    XfrmCounters(XfrmExchange exchange, KernelFacts kernel) {
        this.exchange = exchange;
        this.file = kernel.statistics();
    }

    SadbReply read() throws IOException {
        if (file.isEmpty()) {
            return new Refused(Errno.EOPNOTSUPP, "this kernel does not count (XFRM_STATISTICS)");
        }
        List<Statistics.Counter> counters = new ArrayList<>();
        XfrmExchange.Answer sad = ask(Xfrm.MSG_GETSADINFO);
        if (sad.refusal().isPresent()) {
            return sad.refusal().get();
        }
        XfrmExchange.Answer spd = ask(Xfrm.MSG_GETSPDINFO);
        if (spd.refusal().isPresent()) {
            return spd.refusal().get();
        }
        try {
            ByteBuffer count = attribute(sad.only(Xfrm.MSG_NEWSADINFO), Xfrm.SAD_CNT);
            counters.add(new Statistics.Counter("security-associations", Wire.u32(count)));
            ByteBuffer counts = attribute(spd.only(Xfrm.MSG_NEWSPDINFO), Xfrm.SPD_INFO);
            for (String direction : List.of("in", "out", "fwd")) {
                counters.add(
                        new Statistics.Counter("security-policies-" + direction, Wire.u32(counts)));
            }
            DefaultPolicies.read(exchange).ifPresent(defaults -> count(defaults, counters));
        } catch (WireException wrong) {
            throw XfrmExchange.unintelligible(wrong);
        }
        return new SadbReply.Counted(new Statistics(counters, drops(text(file.get()))));
    }

    /// 1 where what no policy matches is dropped.
    private static void count(DefaultPolicies defaults, List<Statistics.Counter> counters) {
        for (Direction direction : List.of(Direction.IN, Direction.OUT, Direction.FWD)) {
            counters.add(
                    new Statistics.Counter(
                            "default-policy-" + direction.word() + "-block",
                            defaults.blocked().contains(direction) ? 1 : 0));
        }
    }

    /// @param text lines of a name and a number
    static List<Statistics.Drop> drops(String text) {
        List<Statistics.Drop> drops = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+");
            if (words.length == 2 && words[1].matches("\\d{1,18}")) {
                String name = words[0].startsWith(PREFIX) ? words[0].substring(4) : words[0];
                drops.add(
                        new Statistics.Drop(
                                hyphened(name),
                                SENTENCES.getOrDefault(name, words[0]),
                                Long.parseLong(words[1])));
            }
        }
        return drops;
    }

    /// `in-no-states` of `InNoStates`.
    private static String hyphened(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    private XfrmExchange.Answer ask(int type) throws IOException {
        return exchange.ask(
                new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGED).octets(new byte[4]));
    }

    private static ByteBuffer attribute(NetlinkAnswer answer, int type) throws WireException {
        ByteBuffer in = answer.rewound();
        Wire.skip(in, 4);
        ByteBuffer found = NetlinkAnswer.attributes(in).get(type);
        if (found == null) {
            throw new WireException(4, "attribute " + type + " is not there");
        }
        return found.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(FileChannel file) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(LONGEST);
        while (in.hasRemaining() && file.read(in, in.position()) > 0) {
            // until all is read
        }
        return StandardCharsets.US_ASCII.decode(in.flip()).toString();
    }
}

package org.jipsec.xfrm;

import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `xfrm_user_tmpl`, one for each rule of a policy, innermost first.
final class TemplateCodec {
    private static final int EVERY_ALGORITHM = -1;

    private TemplateCodec() {}

    /// @param isIpv4 the policy's family, which a rule without ends has
    static byte[] octets(List<PolicyRule> rules, boolean isIpv4) {
        ByteBuffer out = SaCodec.buffer(rules.size() * Xfrm.TEMPLATE_SIZE);
        rules.forEach(rule -> write(out, rule, isIpv4));
        return out.array();
    }

    private static void write(ByteBuffer out, PolicyRule rule, boolean isIpv4) {
        int start = out.position();
        int family = isIpv4 ? Xfrm.AF_INET : Xfrm.AF_INET6;
        if (rule.endpoints().isPresent()) {
            PolicyRule.Endpoints ends = rule.endpoints().get();
            family = XfrmAddress.family(ends.destination().address());
            XfrmAddress.write(out, ends.destination().address());
            out.position(start + Xfrm.TEMPLATE_SOURCE);
            XfrmAddress.write(out, ends.source().address());
        }
        out.put(start + 20, (byte) rule.protocol().ipNumber());
        out.putShort(start + 24, (short) family);
        out.position(start + 44);
        out.putInt(rule.reqid());
        out.put((byte) (rule.mode() == SaMode.TUNNEL ? Xfrm.MODE_TUNNEL : Xfrm.MODE_TRANSPORT));
        out.put((byte) 0); // shared by all
        out.put((byte) (rule.level() == PolicyLevel.USE ? 1 : 0)).put((byte) 0);
        out.putInt(EVERY_ALGORITHM).putInt(EVERY_ALGORITHM).putInt(EVERY_ALGORITHM);
    }

    static List<PolicyRule> read(ByteBuffer attribute) throws WireException {
        ByteBuffer in = attribute.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        List<PolicyRule> rules = new ArrayList<>();
        while (in.hasRemaining()) {
            rules.add(rule(Wire.take(in, Xfrm.TEMPLATE_SIZE)));
        }
        return rules;
    }

    /// The level is af_key's reading: optional is use, a request id makes it unique.
    private static PolicyRule rule(ByteBuffer in) throws WireException {
        int family = in.getShort(24) & 0xffff;
        InetAddress destination = XfrmAddress.read(in, family);
        Wire.skip(in, 4); // SPI
        int protocol = Wire.u8(in);
        in.position(Xfrm.TEMPLATE_SOURCE);
        InetAddress source = XfrmAddress.read(in, family);
        int reqid = (int) Wire.u32(in);
        SaMode mode = SaCodec.mode(Wire.u8(in));
        Wire.skip(in, 1);
        boolean isOptional = Wire.u8(in) != 0;
        PolicyLevel level = reqid == 0 ? PolicyLevel.REQUIRE : PolicyLevel.UNIQUE;
        boolean hasEnds =
                mode == SaMode.TUNNEL
                        || !source.isAnyLocalAddress()
                        || !destination.isAnyLocalAddress();
        return new PolicyRule(
                SaCodec.protocol(protocol),
                mode,
                isOptional ? PolicyLevel.USE : level,
                reqid,
                hasEnds
                        ? Optional.of(
                                new PolicyRule.Endpoints(
                                        Endpoint.of(source), Endpoint.of(destination)))
                        : Optional.empty());
    }
}

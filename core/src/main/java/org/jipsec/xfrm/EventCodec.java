package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// Notifications that are not simply an SA or a policy.
final class EventCodec {
    private static final int ACQUIRE_POLICY = 96;
    private static final int ACQUIRE_SEQUENCE = 276;
    private static final int ACQUIRE_SIZE = 280;
    private static final int POLICY_INDEX = 156;

    private EventCodec() {}

    /// `xfrm_user_acquire` with the policy's templates.
    static SadbEvent.Acquire acquire(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        ByteBuffer fields = Wire.take(in, ACQUIRE_SIZE);
        ByteBuffer templates = NetlinkAnswer.attributes(in).get(Xfrm.TMPL);
        // the SA's ends; their family is that of the template, or else of the packet's selector
        int family = fields.getShort(40 + 40) & 0xffff;
        List<PolicyRule> rules = templates == null ? List.of() : TemplateCodec.read(templates);
        fields.position(20);
        IpsecProtocol protocol = SaCodec.protocol(Wire.u8(fields));
        SaMode mode = SaMode.ANY;
        int reqid = 0;
        for (int i = rules.size() - 1; i >= 0; i--) {
            PolicyRule rule = rules.get(i);
            if (rule.protocol() == protocol) {
                mode = rule.mode();
                reqid = rule.reqid();
                family = templateFamily(templates, i, family);
            }
        }
        fields.position(0);
        InetAddress destination = XfrmAddress.read(fields, family);
        fields.position(24);
        InetAddress source = XfrmAddress.read(fields, family);
        return new SadbEvent.Acquire(
                fields.getInt(ACQUIRE_SEQUENCE),
                protocol,
                source,
                destination,
                mode,
                reqid,
                fields.getInt(ACQUIRE_POLICY + POLICY_INDEX));
    }

    private static int templateFamily(
            @org.jspecify.annotations.Nullable ByteBuffer templates, int index, int otherwise) {
        return templates == null
                ? otherwise
                : templates
                                .duplicate()
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getShort(index * Xfrm.TEMPLATE_SIZE + 24)
                        & 0xffff;
    }

    /// `xfrm_user_mapping`
    static SadbEvent.Mapping mapping(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        ByteBuffer id = Wire.take(in, Xfrm.SA_ID_SIZE);
        int family = id.getShort(20) & 0xffff;
        InetAddress destination = XfrmAddress.read(id, family);
        Spi spi = new Spi(Integer.reverseBytes((int) Wire.u32(id)));
        Wire.skip(id, 2);
        IpsecProtocol protocol = SaCodec.protocol(Wire.u8(id));
        Wire.skip(in, 4); // request id
        InetAddress oldSource = XfrmAddress.read(in, family);
        InetAddress newSource = XfrmAddress.read(in, family);
        int oldPort = SelectorCodec.networkShort(in);
        int newPort = SelectorCodec.networkShort(in);
        return new SadbEvent.Mapping(
                new SaId(destination, protocol, spi),
                new Endpoint(oldSource, oldPort),
                new Endpoint(newSource, newPort));
    }

    /// `xfrm_usersa_flush`
    static IpsecProtocol flushed(NetlinkAnswer answer) throws WireException {
        return SaCodec.protocol(Wire.u8(answer.rewound()));
    }

    /// Whether main policies were flushed, or those of another kind.
    static boolean isOfMain(NetlinkAnswer answer) throws WireException {
        ByteBuffer type = NetlinkAnswer.attributes(answer.rewound()).get(Xfrm.POLICY_TYPE);
        return type == null || Wire.u8(type) == Xfrm.POLICY_TYPE_MAIN;
    }

    /// Of an EXPIRE or POLEXPIRE.
    ///
    /// @param size of the structure before it
    static boolean isHard(NetlinkAnswer answer, int size) throws WireException {
        ByteBuffer in = answer.rewound();
        Wire.skip(in, size);
        return Wire.u8(in) != 0;
    }
}

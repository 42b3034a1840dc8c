package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Policies as `xfrm_userpolicy_info` with attributes, and back. What the language does not say of
/// a new one is as af_key makes it.
final class PolicyCodec {
    private static final int DIRECTION_MASK = 7;

    /// What a request says anew.
    private static final Set<Integer> SAID = Set.of(Xfrm.TMPL, Xfrm.SEC_CTX);

    /// What is only told, or the policy itself.
    private static final Set<Integer> TOLD = Set.of(Xfrm.POLICY, Xfrm.LASTUSED, Xfrm.PAD);

    private PolicyCodec() {}

    // ---- requests ----

    /// @param type NEWPOLICY or UPDPOLICY
    /// @param policy as [PolicyForm] makes it
    static NetlinkRequest request(int type, Policy policy) {
        return request(type, info(policy), policy);
    }

    private static ByteBuffer info(Policy policy) {
        ByteBuffer out = SaCodec.buffer(Xfrm.POLICY_SIZE);
        SelectorCodec.write(out, policy.selector());
        new Lifetimes(Lifetime.UNLIMITED, policy.lifetime()).write(out);
        out.position(Xfrm.POLICY_PRIORITY);
        out.putInt(policy.priority()).putInt(0); // the kernel gives the number
        out.put((byte) number(policy.direction()));
        boolean isBlocked = policy.action() == PolicyAction.DISCARD;
        return out.put((byte) (isBlocked ? Xfrm.POLICY_BLOCK : Xfrm.POLICY_ALLOW));
    }

    private static NetlinkRequest request(int type, ByteBuffer info, Policy policy) {
        NetlinkRequest request =
                new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGED).octets(info.array());
        if (!policy.rules().isEmpty()) {
            request.attribute(
                    Xfrm.TMPL, TemplateCodec.octets(policy.rules(), policy.selector().isIpv4()));
        }
        return withContext(request, policy);
    }

    /// Gives a policy that is there, under its own name, what `policy` says; the rest stays: mark,
    /// interface, device, flags.
    ///
    /// @param policy as [PolicyForm] makes it
    static NetlinkRequest renewal(PolicyOriginal old, Policy policy) {
        ByteBuffer info = info(policy);
        info.put(0, old.selector().toArray());
        info.putShort(
                Xfrm.POLICY_FLAGS,
                old.info().buffer().order(ByteOrder.LITTLE_ENDIAN).getShort(Xfrm.POLICY_FLAGS));
        NetlinkRequest request = request(Xfrm.MSG_UPDPOLICY, info, policy);
        old.attributes()
                .forEach(
                        (attribute, value) -> {
                            if (!SAID.contains(attribute)) {
                                request.attribute(attribute, value.toArray());
                            }
                        });
        return request;
    }

    /// Makes a policy as it was, in the place of what has its name now.
    static NetlinkRequest restore(PolicyOriginal old, Policy policy) {
        ByteBuffer info = SaCodec.buffer(Xfrm.POLICY_SIZE).put(old.info().toArray());
        info.putInt(Xfrm.POLICY_PRIORITY, policy.priority());
        NetlinkRequest request =
                new NetlinkRequest(Xfrm.MSG_UPDPOLICY, NetlinkRequest.ACKNOWLEDGED)
                        .octets(info.array());
        old.attributes()
                .forEach((attribute, value) -> request.attribute(attribute, value.toArray()));
        return request;
    }

    /// @param type GETPOLICY or DELPOLICY
    static NetlinkRequest bySelector(int type, Policy policy) {
        ByteBuffer out = SaCodec.buffer(Xfrm.POLICY_ID_SIZE);
        SelectorCodec.write(out, policy.selector());
        out.putInt(0).put((byte) number(policy.direction()));
        NetlinkRequest request =
                new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGED).octets(out.array());
        return withContext(request, policy);
    }

    /// @param type GETPOLICY or DELPOLICY
    static NetlinkRequest byId(int type, int id, Direction direction) {
        ByteBuffer out = SaCodec.buffer(Xfrm.POLICY_ID_SIZE);
        out.position(Xfrm.SELECTOR_SIZE);
        out.putInt(id).put((byte) number(direction));
        return new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGED).octets(out.array());
    }

    /// As [#byId] for one that is [KernelPolicy#isHidden].
    static NetlinkRequest hidden(int type, KernelPolicy hidden) {
        NetlinkRequest request = byId(type, hidden.policy().id(), hidden.policy().direction());
        hidden.original().mark().ifPresent(value -> request.attribute(Xfrm.MARK, value.toArray()));
        hidden.original()
                .interfaceId()
                .ifPresent(value -> request.attribute(Xfrm.IF_ID, value.toArray()));
        return request;
    }

    /// The main policies; others stay.
    static NetlinkRequest flush() {
        return new NetlinkRequest(Xfrm.MSG_FLUSHPOLICY, NetlinkRequest.ACKNOWLEDGED);
    }

    static NetlinkRequest dump() {
        return new NetlinkRequest(Xfrm.MSG_GETPOLICY, NetlinkRequest.DUMP)
                .octets(new byte[Xfrm.POLICY_ID_SIZE]);
    }

    private static NetlinkRequest withContext(NetlinkRequest request, Policy policy) {
        policy.context()
                .ifPresent(
                        context -> request.attribute(Xfrm.SEC_CTX, ContextCodec.octets(context)));
        return request;
    }

    /// @param direction not any
    private static int number(Direction direction) {
        return direction.number() - 1;
    }

    // ---- answers ----

    /// A policy as GETPOLICY, a dump and most notifications tell it.
    ///
    /// @param answer a NEWPOLICY, UPDPOLICY or POLEXPIRE
    static KernelPolicy read(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        ByteBuffer info = Wire.take(in, Xfrm.POLICY_SIZE);
        if (answer.type() == Xfrm.MSG_POLEXPIRE) {
            Wire.skip(in, 8); // hard
        }
        return read(info, NetlinkAnswer.attributes(in));
    }

    /// A policy that is gone: a DELPOLICY has its name first, the rest as an attribute.
    static KernelPolicy readDeleted(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        Wire.skip(in, Xfrm.POLICY_ID_SIZE);
        Map<Integer, ByteBuffer> attributes = NetlinkAnswer.attributes(in);
        ByteBuffer info = attributes.get(Xfrm.POLICY);
        if (info == null) {
            throw new WireException(Xfrm.POLICY_ID_SIZE, "the policy is not there");
        }
        return read(Wire.take(info, Xfrm.POLICY_SIZE), attributes);
    }

    private static KernelPolicy read(ByteBuffer in, Map<Integer, ByteBuffer> attributes)
            throws WireException {
        in.order(ByteOrder.LITTLE_ENDIAN);
        Bytes info = Bytes.rest(in.duplicate());
        Selector selector = SelectorCodec.read(in);
        Lifetimes lifetimes = Lifetimes.read(in);
        CurrentLifetime current = Lifetimes.readCurrent(in);
        int priority = (int) Wire.u32(in);
        int id = (int) Wire.u32(in);
        Wire.skip(in, 1); // the direction again
        boolean isBlocked = Wire.u8(in) == Xfrm.POLICY_BLOCK;
        ByteBuffer templates = attributes.get(Xfrm.TMPL);
        List<PolicyRule> rules = templates == null ? List.of() : TemplateCodec.read(templates);
        PolicyAction allowed = rules.isEmpty() ? PolicyAction.NONE : PolicyAction.IPSEC;
        ByteBuffer type = attributes.get(Xfrm.POLICY_TYPE);
        return new KernelPolicy(
                new Policy(
                        selector,
                        direction(id),
                        isBlocked ? PolicyAction.DISCARD : allowed,
                        priority,
                        rules,
                        lifetimes.hard(),
                        ContextCodec.read(attributes),
                        id),
                current,
                type == null || Wire.u8(type.duplicate()) == Xfrm.POLICY_TYPE_MAIN,
                new PolicyOriginal(info, kept(attributes)));
    }

    /// The number says it; that of a per-socket policy is 3 above.
    private static Direction direction(int id) throws WireException {
        return switch (id & DIRECTION_MASK) {
            case 0, Xfrm.POLICY_MAX -> Direction.IN;
            case 1, Xfrm.POLICY_MAX + 1 -> Direction.OUT;
            case 2, Xfrm.POLICY_MAX + 2 -> Direction.FWD;
            default -> throw new WireException(Xfrm.POLICY_PRIORITY + 4, "policy number " + id);
        };
    }

    private static TreeMap<Integer, Bytes> kept(Map<Integer, ByteBuffer> attributes) {
        TreeMap<Integer, Bytes> kept = new TreeMap<>();
        attributes.forEach(
                (type, value) -> {
                    if (!TOLD.contains(type)) {
                        kept.put(type, Bytes.rest(value.duplicate()));
                    }
                });
        return kept;
    }
}

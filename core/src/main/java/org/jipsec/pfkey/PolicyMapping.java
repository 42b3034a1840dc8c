package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.EndpointPair;
import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.PolicyRequest;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaMode;

import java.util.ArrayList;
import java.util.List;

/// Policies as extensions: a request in setkey's order, an answer in Linux's.
final class PolicyMapping {
    private PolicyMapping() {}

    /// What `spdadd` and its kin send.
    static List<PfkeyExtension> request(Policy policy) {
        List<PfkeyExtension> extensions = new ArrayList<>(5);
        extensions.add(data(policy));
        extensions.addAll(Numbers.addresses(policy.selector()));
        if (!policy.lifetime().isUnlimited()) {
            extensions.add(Numbers.lifetimes(ExtensionType.LIFETIME_HARD, policy.lifetime()));
        }
        policy.context().map(Numbers::context).ifPresent(extensions::add);
        return extensions;
    }

    /// What Linux answers.
    static List<PfkeyExtension> answer(PolicySnapshot snapshot) {
        Policy policy = snapshot.policy();
        List<PfkeyExtension> extensions = new ArrayList<>(7);
        extensions.addAll(Numbers.addresses(policy.selector()));
        extensions.add(Numbers.lifetimes(ExtensionType.LIFETIME_HARD, policy.lifetime()));
        extensions.add(Numbers.lifetimes(ExtensionType.LIFETIME_SOFT, Lifetime.UNLIMITED));
        extensions.add(Numbers.current(snapshot.current()));
        extensions.add(data(policy));
        policy.context().map(Numbers::context).ifPresent(extensions::add);
        return extensions;
    }

    /// @throws RefusalException what is there is no policy
    static Policy policy(PfkeyMessage message) throws RefusalException {
        List<PolicyRequest> requests = data(message).requests();
        List<PolicyRule> rules = new ArrayList<>(requests.size());
        for (PolicyRequest request : requests) {
            rules.add(
                    rule(
                            request,
                            Numbers.protocolOfIp(request.protocol()),
                            Numbers.mode(request.mode())));
        }
        return policy(message, rules);
    }

    private static Policy policy(PfkeyMessage message, List<PolicyRule> rules)
            throws RefusalException {
        PolicyData data = data(message);
        return new Policy(
                Numbers.selector(message),
                Numbers.direction(data.direction()),
                Numbers.action(data.type()),
                data.priority(),
                rules,
                Numbers.lifetime(message, ExtensionType.LIFETIME_HARD),
                Numbers.context(message),
                data.id());
    }

    /// What a backend tells of a policy, whoever has made it: what of its rules has no name here is
    /// unspecified.
    static PolicySnapshot snapshot(PfkeyMessage message) throws RefusalException {
        List<PolicyRequest> requests = data(message).requests();
        List<PolicyRule> rules = new ArrayList<>(requests.size());
        for (PolicyRequest request : requests) {
            rules.add(told(request));
        }
        return new PolicySnapshot(
                policy(message, rules), Numbers.current(message), Numbers.mark(message));
    }

    static PolicyData data(PfkeyMessage message) throws RefusalException {
        return Numbers.needed(message.first(PolicyData.class).orElse(null), "the policy");
    }

    private static PolicyData data(Policy policy) {
        return new PolicyData(
                policy.action().number(),
                policy.direction().number(),
                policy.id(),
                policy.priority(),
                policy.rules().stream().map(PolicyMapping::request).toList());
    }

    private static PolicyRequest request(PolicyRule rule) {
        return new PolicyRequest(
                rule.protocol().ipNumber(),
                rule.mode().number(),
                rule.level().number(),
                rule.reqid(),
                rule.endpoints().map(ends -> new EndpointPair(ends.source(), ends.destination())));
    }

    private static PolicyRule told(PolicyRequest request) throws RefusalException {
        return rule(
                request,
                Numbers.isProtocolOfIp(request.protocol())
                        ? Numbers.protocolOfIp(request.protocol())
                        : IpsecProtocol.UNSPEC,
                Numbers.isMode(request.mode()) ? Numbers.mode(request.mode()) : SaMode.ANY);
    }

    private static PolicyRule rule(PolicyRequest request, IpsecProtocol protocol, SaMode mode)
            throws RefusalException {
        return new PolicyRule(
                protocol,
                mode,
                Numbers.level(request.level()),
                request.reqid(),
                request.endpoints()
                        .map(pair -> new PolicyRule.Endpoints(pair.source(), pair.destination())));
    }
}

package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.EndpointPair;
import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.PolicyRequest;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;

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
        PolicyData data = data(message);
        List<PolicyRule> rules = new ArrayList<>(data.requests().size());
        for (PolicyRequest request : data.requests()) {
            rules.add(rule(request));
        }
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

    static PolicySnapshot snapshot(PfkeyMessage message) throws RefusalException {
        return new PolicySnapshot(policy(message), Numbers.current(message), Numbers.mark(message));
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

    private static PolicyRule rule(PolicyRequest request) throws RefusalException {
        return new PolicyRule(
                Numbers.protocolOfIp(request.protocol()),
                Numbers.mode(request.mode()),
                Numbers.level(request.level()),
                request.reqid(),
                request.endpoints()
                        .map(pair -> new PolicyRule.Endpoints(pair.source(), pair.destination())));
    }
}

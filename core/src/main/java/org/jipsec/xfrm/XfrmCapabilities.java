package org.jipsec.xfrm;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.Feature;
import org.jipsec.sadb.Capabilities.KeyBits;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/// What can be asked of a kernel over XFRM. Whether it then has the algorithm shows when it is
/// asked: it loads modules on demand, so that /proc/crypto, which lists the loaded ones, proves
/// nothing.
final class XfrmCapabilities {
    private XfrmCapabilities() {}

    static Capabilities of(KernelFacts kernel) {
        Map<AuthAlgorithm, KeyBits> authentication = new EnumMap<>(AuthAlgorithm.class);
        for (AuthAlgorithm algorithm : AuthAlgorithm.values()) {
            if (AlgorithmNames.of(algorithm).isPresent()) {
                authentication.put(
                        algorithm,
                        new KeyBits(algorithm.minimumKeyBits(), algorithm.maximumKeyBits()));
            }
        }
        Map<EncryptionAlgorithm, KeyBits> encryption = new EnumMap<>(EncryptionAlgorithm.class);
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            if (AlgorithmNames.of(algorithm).isPresent()) {
                encryption.put(
                        algorithm,
                        new KeyBits(algorithm.minimumKeyBits(), algorithm.maximumKeyBits()));
            }
        }
        Set<Feature> features =
                EnumSet.of(
                        Feature.FORWARD_POLICIES,
                        Feature.POLICY_PRIORITIES,
                        Feature.EXTENDED_SEQUENCE,
                        Feature.WIDE_REPLAY_WINDOW,
                        Feature.UDP_ENCAPSULATION);
        if (kernel.hasContexts()) {
            features.add(Feature.SECURITY_CONTEXTS);
        }
        if (kernel.statistics().isPresent()) {
            features.add(Feature.STATISTICS);
        }
        return new Capabilities(
                "xfrm",
                authentication,
                encryption,
                EnumSet.of(CompressionAlgorithm.DEFLATE),
                features);
    }
}

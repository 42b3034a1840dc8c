package org.jipsec.sadb;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/// What a backend can do: algorithms with the key lengths it takes, and features.
///
/// @param backend its name as `--backend` and messages have it
public record Capabilities(
        String backend,
        Map<AuthAlgorithm, KeyBits> authentication,
        Map<EncryptionAlgorithm, KeyBits> encryption,
        Set<CompressionAlgorithm> compression,
        Set<Feature> features) {
    public Capabilities {
        authentication = Map.copyOf(authentication);
        encryption = Map.copyOf(encryption);
        compression = Set.copyOf(compression);
        features = Set.copyOf(features);
    }

    /// Inclusive bounds, salt included.
    public record KeyBits(int minimum, int maximum) {}

    /// What one backend has and another lacks.
    public enum Feature {
        /// Policies of direction fwd, and so the automatic one.
        FORWARD_POLICIES,
        POLICY_PRIORITIES,
        EXTENDED_SEQUENCE,
        /// Windows of more than 32 packets.
        WIDE_REPLAY_WINDOW,
        UDP_ENCAPSULATION,
        SECURITY_CONTEXTS,
        STATISTICS,
        /// One message deletes all SAs between two ends.
        DELETE_ALL,
        /// [SadbBackend#executeWhole] is one moment for packets, too.
        AT_ONCE
    }

    /// What the embedded stack has: all that can be run.
    public static Capabilities userspace() {
        Map<AuthAlgorithm, KeyBits> authentication = new EnumMap<>(AuthAlgorithm.class);
        for (AuthAlgorithm algorithm : AuthAlgorithm.values()) {
            if (algorithm != AuthAlgorithm.NONE && algorithm != AuthAlgorithm.TCP_MD5) {
                authentication.put(
                        algorithm,
                        new KeyBits(algorithm.minimumKeyBits(), algorithm.maximumKeyBits()));
            }
        }
        Map<EncryptionAlgorithm, KeyBits> encryption = new EnumMap<>(EncryptionAlgorithm.class);
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            if (algorithm != EncryptionAlgorithm.NONE) {
                encryption.put(
                        algorithm,
                        new KeyBits(algorithm.minimumKeyBits(), algorithm.maximumKeyBits()));
            }
        }
        return new Capabilities(
                "userspace",
                authentication,
                encryption,
                EnumSet.of(CompressionAlgorithm.DEFLATE),
                EnumSet.of(
                        Feature.FORWARD_POLICIES,
                        Feature.POLICY_PRIORITIES,
                        Feature.EXTENDED_SEQUENCE,
                        Feature.WIDE_REPLAY_WINDOW,
                        Feature.UDP_ENCAPSULATION,
                        Feature.SECURITY_CONTEXTS,
                        Feature.STATISTICS,
                        Feature.AT_ONCE));
    }

    public boolean has(Feature feature) {
        return features.contains(feature);
    }
}

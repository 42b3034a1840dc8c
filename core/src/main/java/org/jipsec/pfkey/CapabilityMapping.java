package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Algorithm;
import org.jipsec.pfkey.PfkeyExtension.Features;
import org.jipsec.pfkey.PfkeyExtension.Supported;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.Feature;
import org.jipsec.sadb.Capabilities.KeyBits;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a backend can do, as REGISTER says it, and what REGISTER cannot say.
public final class CapabilityMapping {
    private CapabilityMapping() {}

    /// The answer to REGISTER and JIPSEC_CAPABILITIES; only the latter says more than algorithms.
    public static PfkeyMessage registered(PfkeyMessage request, Capabilities capabilities) {
        List<PfkeyExtension> extensions = new ArrayList<>(3);
        extensions.addAll(algorithms(capabilities));
        if (request.is(MessageType.JIPSEC_CAPABILITIES)) {
            int features = 0;
            for (Feature feature : capabilities.features()) {
                features |= 1 << feature.ordinal();
            }
            int compression = 0;
            for (CompressionAlgorithm algorithm : capabilities.compression()) {
                compression |= 1 << algorithm.number();
            }
            extensions.add(new Features(capabilities.backend(), features, compression));
        }
        return PfkeyReplies.done(request).withExtensions(extensions);
    }

    /// SUPPORTED_AUTH and SUPPORTED_ENCRYPT, by number.
    static List<PfkeyExtension> algorithms(Capabilities capabilities) {
        List<Algorithm> authentication = new ArrayList<>();
        for (AuthAlgorithm algorithm : AuthAlgorithm.values()) {
            KeyBits bits = capabilities.authentication().get(algorithm);
            if (bits != null) {
                authentication.add(
                        new Algorithm(algorithm.number(), 0, bits.minimum(), bits.maximum()));
            }
        }
        List<Algorithm> encryption = new ArrayList<>();
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            KeyBits bits = capabilities.encryption().get(algorithm);
            if (bits != null) {
                encryption.add(
                        new Algorithm(
                                algorithm.number(),
                                algorithm.ivOctets(),
                                bits.minimum(),
                                bits.maximum()));
            }
        }
        return List.of(
                new Supported(ExtensionType.SUPPORTED_AUTHENTICATION, authentication),
                new Supported(ExtensionType.SUPPORTED_ENCRYPTION, encryption));
    }

    /// Algorithms that we do not know are left out.
    ///
    /// @param kernel what it has that says nothing of features
    static Capabilities capabilities(PfkeyMessage answer, Set<Feature> kernel) {
        Map<AuthAlgorithm, KeyBits> authentication = new EnumMap<>(AuthAlgorithm.class);
        for (Algorithm algorithm : list(answer, ExtensionType.SUPPORTED_AUTHENTICATION)) {
            AuthAlgorithm.numbered(algorithm.id())
                    .ifPresent(
                            known ->
                                    authentication.merge(
                                            known, bits(algorithm), CapabilityMapping::both));
        }
        Map<EncryptionAlgorithm, KeyBits> encryption = new EnumMap<>(EncryptionAlgorithm.class);
        for (Algorithm algorithm : list(answer, ExtensionType.SUPPORTED_ENCRYPTION)) {
            EncryptionAlgorithm.numbered(algorithm.id())
                    .ifPresent(
                            known ->
                                    encryption.merge(
                                            known, bits(algorithm), CapabilityMapping::both));
        }
        Features said = answer.first(Features.class).orElse(null);
        if (said == null) {
            return new Capabilities(
                    "pfkey",
                    authentication,
                    encryption,
                    EnumSet.of(CompressionAlgorithm.DEFLATE),
                    kernel);
        }
        Set<CompressionAlgorithm> compression = EnumSet.noneOf(CompressionAlgorithm.class);
        for (CompressionAlgorithm algorithm : CompressionAlgorithm.values()) {
            if ((said.compression() & 1 << algorithm.number()) != 0) {
                compression.add(algorithm);
            }
        }
        Set<Feature> features = EnumSet.noneOf(Feature.class);
        for (Feature feature : Feature.values()) {
            if ((said.features() & 1 << feature.ordinal()) != 0) {
                features.add(feature);
            }
        }
        return new Capabilities(said.backend(), authentication, encryption, compression, features);
    }

    /// Of a kernel that has not been asked.
    static Capabilities unasked(Dialect kernel) {
        return new Capabilities("pfkey", Map.of(), Map.of(), Set.of(), kernel.features());
    }

    private static List<Algorithm> list(PfkeyMessage answer, ExtensionType type) {
        Supported supported = answer.first(Supported.class, type);
        return supported == null ? List.of() : supported.algorithms();
    }

    /// Of an algorithm that has a number for each size of its key.
    private static KeyBits both(KeyBits one, KeyBits other) {
        return new KeyBits(
                Math.min(one.minimum(), other.minimum()), Math.max(one.maximum(), other.maximum()));
    }

    private static KeyBits bits(Algorithm algorithm) {
        return new KeyBits(algorithm.minimumBits(), algorithm.maximumBits());
    }
}

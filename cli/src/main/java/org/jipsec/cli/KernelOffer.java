package org.jipsec.cli;

import org.jipsec.diag.JsonWriter;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.IpFamily;
import org.jipsec.os.NetworkNamespace;
import org.jipsec.os.OsException;
import org.jipsec.os.XfrmTrial;
import org.jipsec.os.XfrmTrial.Part;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.setkey.KernelFacts.Offer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// All that the running kernel offers for IPsec. What the lists of modules tell is believed, so
/// that nothing is loaded by looking; only where there are none, as in many containers, it is
/// tried.
///
/// @param protocols each of ESP, AH, IPComp over IPv4 and IPv6
/// @param algorithms all that we know, in the order of the registry
record KernelOffer(Offer xfrm, Offer pfkey, List<Protocol> protocols, List<Algorithm> algorithms) {
    /// Protocol and family that SAs can have.
    record Protocol(IpsecProtocol protocol, IpFamily family, Offer offer) {}

    /// What an algorithm is for.
    enum Kind {
        CIPHER("cipher"),
        INTEGRITY("integrity"),
        COMPRESSION("compression");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /// @param word setkey's name
    /// @param kernelName the kernel's; empty where it has none
    record Algorithm(Kind kind, String word, String kernelName, Offer offer) {}

    KernelOffer {
        protocols = List.copyOf(protocols);
        algorithms = List.copyOf(algorithms);
    }

    /// @param own where to try; without it nothing is tried
    static KernelOffer look(Optional<NetworkNamespace> own) {
        return new Look(own, new RunningKernel()).all();
    }

    /// Algorithms of a kind that are offered in one way.
    List<Algorithm> algorithms(Kind kind) {
        return algorithms.stream().filter(each -> each.kind() == kind).toList();
    }

    JsonWriter write(JsonWriter json) {
        json.open('{').name("xfrm");
        offer(json.open('{'), xfrm).close('}').name("pfkey");
        offer(json.open('{'), pfkey).close('}').name("protocols").open('[');
        for (Protocol each : protocols) {
            json.open('{').name("protocol").string(each.protocol().word());
            json.name("family").string(each.family() == IpFamily.IPV4 ? "ipv4" : "ipv6");
            offer(json, each.offer()).close('}');
        }
        json.close(']').name("algorithms").open('[');
        for (Algorithm each : algorithms) {
            json.open('{').name("kind").string(each.kind().word);
            json.name("name").string(each.word());
            if (!each.kernelName().isEmpty()) {
                json.name("kernelName").string(each.kernelName());
            }
            offer(json, each.offer()).close('}');
        }
        return json.close(']').close('}');
    }

    private static JsonWriter offer(JsonWriter json, Offer offer) {
        return switch (offer) {
            case Offer.Present() -> json.name("offer").string("present");
            case Offer.Loadable(var modules) -> {
                json.name("offer").string("loadable").name("modules").open('[');
                modules.forEach(json::string);
                yield json.close(']');
            }
            case Offer.Missing() -> json.name("offer").string("missing");
            case Offer.Unknown() -> json.name("offer").string("unknown");
        };
    }

    /// One look at the machine.
    private record Look(Optional<NetworkNamespace> own, RunningKernel lists) {
        private static final List<IpsecProtocol> PROTOCOLS =
                List.of(IpsecProtocol.ESP, IpsecProtocol.AH, IpsecProtocol.IPCOMP);

        KernelOffer all() {
            boolean hasXfrm = KernelIpsec.netlinkHasXfrm();
            Offer xfrm = hasXfrm ? new Offer.Present() : unlessThere(lists.module("xfrm_user"));
            Offer pfkey =
                    KernelIpsec.isPfkeyLoaded()
                            ? new Offer.Present()
                            : unlessThere(lists.module("af_key"));
            List<Protocol> protocols = new ArrayList<>();
            for (IpsecProtocol protocol : PROTOCOLS) {
                for (IpFamily family : IpFamily.values()) {
                    Offer listed = lists.protocol(protocol, family == IpFamily.IPV6);
                    protocols.add(
                            new Protocol(
                                    protocol,
                                    family,
                                    hasXfrm && listed instanceof Offer.Unknown
                                            ? tried(family, protocol)
                                            : listed));
                }
            }
            return new KernelOffer(xfrm, pfkey, protocols, algorithms(hasXfrm));
        }

        /// What would be seen if it were there, is not.
        private static Offer unlessThere(Offer listed) {
            return listed instanceof Offer.Loadable ? listed : new Offer.Missing();
        }

        private List<Algorithm> algorithms(boolean hasXfrm) {
            List<Algorithm> all = new ArrayList<>();
            for (EncryptionAlgorithm each : EncryptionAlgorithm.values()) {
                if (each != EncryptionAlgorithm.NONE) {
                    all.add(algorithm(Kind.CIPHER, each.word(), KernelCrypto.of(each), hasXfrm));
                }
            }
            for (AuthAlgorithm each : AuthAlgorithm.values()) {
                if (each != AuthAlgorithm.NONE && each != AuthAlgorithm.TCP_MD5) {
                    all.add(algorithm(Kind.INTEGRITY, each.word(), KernelCrypto.of(each), hasXfrm));
                }
            }
            for (CompressionAlgorithm each : CompressionAlgorithm.values()) {
                if (each != CompressionAlgorithm.NONE) {
                    all.add(
                            algorithm(
                                    Kind.COMPRESSION, each.word(), KernelCrypto.of(each), hasXfrm));
                }
            }
            return all;
        }

        private Algorithm algorithm(
                Kind kind, String word, Optional<KernelCrypto> crypto, boolean hasXfrm) {
            if (crypto.isEmpty()) {
                return new Algorithm(kind, word, "", new Offer.Missing());
            }
            Offer listed = lists.crypto(crypto.get());
            return new Algorithm(
                    kind,
                    word,
                    crypto.get().name(),
                    hasXfrm && listed instanceof Offer.Unknown
                            ? tried(kind, crypto.get().trial())
                            : listed);
        }

        /// ESP with AES-CBC and HMAC-SHA1, AH with HMAC-SHA1, IPComp with deflate.
        private Offer tried(IpFamily family, IpsecProtocol protocol) {
            Part mac = new Part.Authentication("hmac(sha1)", 160, 96);
            return inTrial(
                    trial ->
                            switch (protocol) {
                                case AH -> trial.refusal(family, protocol.ipNumber(), mac);
                                case IPCOMP ->
                                        trial.refusal(
                                                family,
                                                protocol.ipNumber(),
                                                new Part.Compression("deflate"));
                                case ESP, TCP, UNSPEC ->
                                        trial.refusal(
                                                family,
                                                IpsecProtocol.ESP.ipNumber(),
                                                new Part.Encryption("cbc(aes)", 128),
                                                mac);
                            });
        }

        /// The kernel looks at the algorithms of an SA before it looks for its protocol.
        private Offer tried(Kind kind, Part part) {
            return inTrial(
                    trial -> {
                        Optional<OsException> refused =
                                trial.refusal(
                                        IpFamily.IPV4,
                                        switch (kind) {
                                            case CIPHER -> IpsecProtocol.ESP.ipNumber();
                                            case INTEGRITY -> IpsecProtocol.AH.ipNumber();
                                            case COMPRESSION -> IpsecProtocol.IPCOMP.ipNumber();
                                        },
                                        part);
                        return refused.filter(no -> !no.is(ErrorNumber.EPROTONOSUPPORT));
                    });
        }

        private interface Trial {
            Optional<OsException> run(XfrmTrial trial) throws OsException;
        }

        private Offer inTrial(Trial wanted) {
            if (own.isEmpty()) {
                return new Offer.Unknown();
            }
            try {
                return own.get()
                        .run(
                                () -> {
                                    try (XfrmTrial trial = XfrmTrial.open()) {
                                        return wanted.run(trial)
                                                .map(Look::meaning)
                                                .orElseGet(Offer.Present::new);
                                    }
                                });
            } catch (IOException untried) {
                return new Offer.Unknown();
            }
        }

        private static Offer meaning(OsException refused) {
            return refused.is(ErrorNumber.EPERM) || refused.is(ErrorNumber.ENOMEM)
                    ? new Offer.Unknown()
                    : new Offer.Missing();
        }
    }
}

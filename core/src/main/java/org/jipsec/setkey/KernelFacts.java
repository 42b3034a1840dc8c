package org.jipsec.setkey;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;

import java.util.List;

/// What is known of the running kernel beyond what it answers: enough to tell a refusal's cause.
/// Asking changes nothing, and is done only when something was refused.
public interface KernelFacts {
    /// Whether the kernel has something.
    sealed interface Offer {
        record Present() implements Offer {}

        /// @param modules that bring it and are not loaded, as modprobe takes them
        record Loadable(List<String> modules) implements Offer {
            public Loadable {
                modules = List.copyOf(modules);
            }

            /// `cbc camellia_generic`
            public String names() {
                return String.join(" ", modules);
            }
        }

        record Missing() implements Offer {}

        record Unknown() implements Offer {}
    }

    /// Nothing is known.
    KernelFacts NONE =
            new KernelFacts() {
                @Override
                public Offer protocol(IpsecProtocol protocol, boolean ipv6) {
                    return new Offer.Unknown();
                }

                @Override
                public Offer encryption(EncryptionAlgorithm algorithm) {
                    return new Offer.Unknown();
                }

                @Override
                public Offer authentication(AuthAlgorithm algorithm) {
                    return new Offer.Unknown();
                }

                @Override
                public Offer compression(CompressionAlgorithm algorithm) {
                    return new Offer.Unknown();
                }

                @Override
                public boolean loadsModules() {
                    return true;
                }

                @Override
                public boolean mayAdminister() {
                    return true;
                }

                @Override
                public boolean isContainer() {
                    return false;
                }
            };

    Offer protocol(IpsecProtocol protocol, boolean ipv6);

    Offer encryption(EncryptionAlgorithm algorithm);

    Offer authentication(AuthAlgorithm algorithm);

    Offer compression(CompressionAlgorithm algorithm);

    /// Whether the kernel can load modules at all.
    boolean loadsModules();

    /// Whether this process has CAP_NET_ADMIN, over whatever network namespace.
    boolean mayAdminister();

    boolean isContainer();
}

package org.jipsec.sadb;

import org.jipsec.wire.Secret;

import java.util.Optional;

/// An entry of the SAD as it is asked for: what `add` says. What has become of it is in
/// [SaSnapshot].
///
/// @param source sender's address; port as written, without meaning on Linux
/// @param destination receiver's address; likewise
/// @param reqid unsigned 32 bits, 0 for none: which rules of policies may use it
/// @param encryption [EncryptionAlgorithm#NONE] where there is none
/// @param authentication [AuthAlgorithm#NONE] where there is none
/// @param compression [CompressionAlgorithm#NONE] but for IPComp
/// @param replayWindow in packets, 0 to 4096; 0 for no check
/// @param extendedSequence 64-bit sequence numbers (RFC 4303 2.2.1)
public record SecurityAssociation(
        Endpoint source,
        Endpoint destination,
        IpsecProtocol protocol,
        Spi spi,
        SaMode mode,
        int reqid,
        EncryptionAlgorithm encryption,
        Secret encryptionKey,
        AuthAlgorithm authentication,
        Secret authenticationKey,
        CompressionAlgorithm compression,
        int replayWindow,
        boolean extendedSequence,
        SaFlags flags,
        Lifetime hard,
        Lifetime soft,
        Optional<UdpEncapsulation> encapsulation,
        Optional<SecurityContext> context) {
    public static final int MAXIMUM_REPLAY_WINDOW = 4096;

    public SaId id() {
        return new SaId(destination.address(), protocol, spi);
    }

    /// One with neither algorithm, lifetime nor window, in transport mode.
    public static Builder builder(
            Endpoint source, Endpoint destination, IpsecProtocol protocol, Spi spi) {
        return new Builder(source, destination, protocol, spi);
    }

    public Builder toBuilder() {
        Builder copy = new Builder(source, destination, protocol, spi);
        copy.mode = mode;
        copy.reqid = reqid;
        copy.encryption = encryption;
        copy.encryptionKey = encryptionKey;
        copy.authentication = authentication;
        copy.authenticationKey = authenticationKey;
        copy.compression = compression;
        copy.replayWindow = replayWindow;
        copy.extendedSequence = extendedSequence;
        copy.flags = flags;
        copy.hard = hard;
        copy.soft = soft;
        copy.encapsulation = encapsulation;
        copy.context = context;
        return copy;
    }

    /// Collects what is said of an SA; not thread-safe.
    public static final class Builder {
        private Endpoint source;
        private Endpoint destination;
        private final IpsecProtocol protocol;
        private final Spi spi;
        private SaMode mode = SaMode.TRANSPORT;
        private int reqid;
        private EncryptionAlgorithm encryption = EncryptionAlgorithm.NONE;
        private Secret encryptionKey = Secret.EMPTY;
        private AuthAlgorithm authentication = AuthAlgorithm.NONE;
        private Secret authenticationKey = Secret.EMPTY;
        private CompressionAlgorithm compression = CompressionAlgorithm.NONE;
        private int replayWindow;
        private boolean extendedSequence;
        private SaFlags flags = SaFlags.NONE;
        private Lifetime hard = Lifetime.UNLIMITED;
        private Lifetime soft = Lifetime.UNLIMITED;
        private Optional<UdpEncapsulation> encapsulation = Optional.empty();
        private Optional<SecurityContext> context = Optional.empty();

        private Builder(Endpoint source, Endpoint destination, IpsecProtocol protocol, Spi spi) {
            this.source = source;
            this.destination = destination;
            this.protocol = protocol;
            this.spi = spi;
        }

        public Builder between(Endpoint newSource, Endpoint newDestination) {
            source = newSource;
            destination = newDestination;
            return this;
        }

        public Builder mode(SaMode value) {
            mode = value;
            return this;
        }

        public Builder reqid(int value) {
            reqid = value;
            return this;
        }

        public Builder encryption(EncryptionAlgorithm algorithm, Secret key) {
            encryption = algorithm;
            encryptionKey = key;
            return this;
        }

        public Builder authentication(AuthAlgorithm algorithm, Secret key) {
            authentication = algorithm;
            authenticationKey = key;
            return this;
        }

        public Builder compression(CompressionAlgorithm algorithm) {
            compression = algorithm;
            return this;
        }

        public Builder replayWindow(int packets) {
            replayWindow = packets;
            return this;
        }

        public Builder extendedSequence(boolean value) {
            extendedSequence = value;
            return this;
        }

        public Builder flags(SaFlags value) {
            flags = value;
            return this;
        }

        public Builder hard(Lifetime value) {
            hard = value;
            return this;
        }

        public Builder soft(Lifetime value) {
            soft = value;
            return this;
        }

        public Builder encapsulation(UdpEncapsulation value) {
            encapsulation = Optional.of(value);
            return this;
        }

        public Builder context(SecurityContext value) {
            context = Optional.of(value);
            return this;
        }

        public SecurityAssociation build() {
            return new SecurityAssociation(
                    source,
                    destination,
                    protocol,
                    spi,
                    mode,
                    reqid,
                    encryption,
                    encryptionKey,
                    authentication,
                    authenticationKey,
                    compression,
                    replayWindow,
                    extendedSequence,
                    flags,
                    hard,
                    soft,
                    encapsulation,
                    context);
        }
    }
}

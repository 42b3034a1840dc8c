package org.jipsec.setkey;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities.KeyBits;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.setkey.ClassicCursor.CommandFailed;
import org.jipsec.setkey.ClassicScanner.Kind;
import org.jipsec.setkey.ClassicScanner.StrayCharacter;
import org.jipsec.setkey.ClassicScanner.Token;
import org.jipsec.wire.Secret;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// `add`, `get`, `getspi`, `delete`, `deleteall`: what has been read of the command so far, with
/// the checks at the words where the original has them.
final class ClassicSaCommand {
    /// Linux's bitmap has as many bits, and a message can ask for no more.
    private static final int WIDEST_REPLAY_WINDOW = 32;

    private final ClassicSession session;
    private final ClassicCursor cursor;
    private final ClassicAddresses addresses;
    private final ClassicOutput output;

    private IpsecProtocol protocol = IpsecProtocol.UNSPEC;
    private SaFlags flags = SaFlags.NONE;
    private boolean inUdp;
    private Optional<Endpoint> originalAddress = Optional.empty();
    private Spi spi = new Spi(0);
    private SaMode mode = SaMode.ANY;
    private int reqid;
    private int replay;
    private long hardTime;
    private long softTime;
    private long hardBytes;
    private long softBytes;
    private Optional<SecurityContext> context = Optional.empty();
    private int encryption;
    private Secret encryptionKey = Secret.EMPTY;
    private AuthAlgorithm authentication = AuthAlgorithm.NONE;
    private Secret authenticationKey = Secret.EMPTY;

    ClassicSaCommand(
            ClassicSession session,
            ClassicCursor cursor,
            ClassicAddresses addresses,
            ClassicOutput output) {
        this.session = session;
        this.cursor = cursor;
        this.addresses = addresses;
        this.output = output;
    }

    /// @param command whose word has just been taken
    void run(Kind command) throws StrayCharacter, CommandFailed {
        forget();
        addresses.readFlags();
        if (command == Kind.DELETEALL) {
            deleteAll();
            return;
        }
        List<Endpoint> sources = addresses.readHostAndPort();
        List<Endpoint> destinations = addresses.readHostAndPort();
        readProtocol();
        readSpi();
        while (readExtension()) {
            // each overwrites what an earlier one said
        }
        if (command == Kind.ADD) {
            readAlgorithms();
        }
        cursor.expect(Kind.SEMICOLON);
        if (command == Kind.DELETE && (sources.size() > 1 || destinations.size() > 1)) {
            throw cursor.failure("multiple address specified");
        }
        if ((command == Kind.DELETE || command == Kind.GET) && mode != SaMode.ANY) {
            cursor.say("WARNING: mode is obsolete");
        }
        sendPairs(command, sources, destinations);
    }

    /// Reads the protocol word of `flush` and `dump`.
    IpsecProtocol protocolOnly() throws StrayCharacter, CommandFailed {
        forget();
        readProtocol();
        return protocol;
    }

    private void forget() {
        protocol = IpsecProtocol.UNSPEC;
        flags = SaFlags.NONE.with(SaFlags.CYCLIC_SEQUENCE);
        inUdp = false;
        originalAddress = Optional.empty();
        spi = new Spi(0);
        mode = SaMode.ANY;
        reqid = 0;
        replay = 0;
        hardTime = 0;
        softTime = 0;
        hardBytes = 0;
        softBytes = 0;
        context = Optional.empty();
        encryption = 0;
        encryptionKey = Secret.EMPTY;
        authentication = AuthAlgorithm.NONE;
        authenticationKey = Secret.EMPTY;
    }

    private void readProtocol() throws StrayCharacter, CommandFailed {
        switch (cursor.peek()) {
            case ESP, AH -> {
                Token word = cursor.take();
                protocol = word.kind() == Kind.AH ? IpsecProtocol.AH : IpsecProtocol.ESP;
                flags =
                        word.value().endsWith("-old")
                                ? flags.with(SaFlags.OLD)
                                : flags.without(SaFlags.OLD);
            }
            case IPCOMP -> {
                cursor.take();
                protocol = IpsecProtocol.IPCOMP;
            }
            case TCP -> {
                cursor.take();
                protocol = IpsecProtocol.TCP;
            }
            case ESP_UDP -> {
                cursor.take();
                protocol = IpsecProtocol.ESP;
                inUdp = true;
                if (cursor.at(Kind.STRING)) {
                    originalAddress = Optional.of(addresses.readHost().get(0));
                }
            }
            default -> {
                // none said: the kernel decides
            }
        }
    }

    private void readSpi() throws StrayCharacter, CommandFailed {
        switch (cursor.peek()) {
            case DECIMAL -> spi = spi(cursor.take().value(), 10);
            case HEXADECIMAL -> spi = spi(cursor.take().value(), 16);
            default -> throw cursor.syntaxError();
        }
    }

    /// The original has this check too, where a long has 32 bits; elsewhere it cuts.
    private Spi spi(String digits, int radix) throws CommandFailed {
        long value = number(digits, radix);
        if (value < 0 || value > 0xffff_ffffL) {
            throw cursor.failure("SPI too big.");
        }
        return Spi.of(value);
    }

    private boolean readExtension() throws StrayCharacter, CommandFailed {
        switch (cursor.peek()) {
            case MODE -> {
                cursor.take();
                mode = mode();
            }
            case EXTENSION -> {
                cursor.take();
                addFlag(cursor.expect(Kind.EXTENSION_NAME).value());
            }
            case REQID -> reqid = (int) decimalAfter();
            case REPLAY -> {
                long octet = decimalAfter() & 0xff;
                if (flags.has(SaFlags.OLD)) {
                    throw cursor.failure("replay prevention cannot be used with ah/esp-old");
                }
                replay = (int) Math.min(octet, WIDEST_REPLAY_WINDOW);
            }
            case HARD_TIME -> hardTime = decimalAfter();
            case SOFT_TIME -> softTime = decimalAfter();
            case HARD_BYTES -> hardBytes = decimalAfter();
            case SOFT_BYTES -> softBytes = decimalAfter();
            case CONTEXT -> context = readContext(cursor);
            default -> {
                return false;
            }
        }
        return true;
    }

    private SaMode mode() throws StrayCharacter, CommandFailed {
        if (cursor.at(Kind.ANY)) {
            cursor.take();
            return SaMode.ANY;
        }
        return cursor.expect(Kind.MODE_NAME).value().equals("tunnel")
                ? SaMode.TUNNEL
                : SaMode.TRANSPORT;
    }

    private void addFlag(String name) {
        flags =
                switch (name) {
                    case "random-pad" -> flags.with(SaFlags.PAD_RANDOM);
                    case "zero-pad" -> flags.with(SaFlags.PAD_ZERO);
                    case "seq-pad" -> flags.with(SaFlags.PAD_SEQUENTIAL);
                    default -> flags.without(SaFlags.CYCLIC_SEQUENCE);
                };
    }

    private long decimalAfter() throws StrayCharacter, CommandFailed {
        cursor.take();
        return number(cursor.expect(Kind.DECIMAL).value(), 10);
    }

    /// Reads `-ctx DOI ALGORITHM "CONTEXT"`; nothing comes of it when the DOI is 0.
    static Optional<SecurityContext> readContext(ClassicCursor cursor)
            throws StrayCharacter, CommandFailed {
        cursor.take();
        int doi = (int) number(cursor.expect(Kind.DECIMAL).value(), 10) & 0xff;
        int algorithm = (int) number(cursor.expect(Kind.DECIMAL).value(), 10) & 0xff;
        String text = cursor.expect(Kind.QUOTED).value();
        return doi == 0 ? Optional.empty() : Optional.of(new SecurityContext(doi, algorithm, text));
    }

    private void readAlgorithms() throws StrayCharacter, CommandFailed {
        switch (cursor.peek()) {
            case ENCRYPTION -> {
                cursor.take();
                readEncryption();
                if (cursor.at(Kind.AUTHENTICATION)) {
                    cursor.take();
                    readAuthentication();
                }
            }
            case AUTHENTICATION -> {
                cursor.take();
                readAuthentication();
            }
            case COMPRESSION -> {
                cursor.take();
                String name = cursor.expect(Kind.COMPRESSION_NAME).value();
                encryption = compression(name).number();
                if (cursor.at(Kind.RAW_CPI)) {
                    cursor.take();
                    flags = flags.with(SaFlags.RAW_CPI);
                }
            }
            default -> throw cursor.syntaxError();
        }
    }

    private void readEncryption() throws StrayCharacter, CommandFailed {
        switch (cursor.peek()) {
            case ENCRYPTION_NULL -> {
                cursor.take();
                encryption = EncryptionAlgorithm.NULL.number();
            }
            case ENCRYPTION_OBSOLETE -> {
                cursor.take();
                cursor.say("WARNING: obsolete algorithm");
                encryption = EncryptionAlgorithm.NULL.number();
            }
            case ENCRYPTION_DES_DERIV, ENCRYPTION_DES_32IV -> {
                boolean derived = cursor.take().kind() == Kind.ENCRYPTION_DES_DERIV;
                Secret key = key();
                if (flags.has(SaFlags.OLD) == derived) {
                    throw cursor.failure("algorithm mismatched");
                }
                flags = flags.with(derived ? SaFlags.DERIVED_IV : SaFlags.IV_4_OCTETS);
                encrypt(EncryptionAlgorithm.DES_CBC, key);
            }
            case ENCRYPTION_NAME -> {
                String name = cursor.take().value();
                encrypt(EncryptionAlgorithm.named(name).orElseThrow(), key());
            }
            default -> throw cursor.syntaxError();
        }
    }

    private void encrypt(EncryptionAlgorithm algorithm, Secret key) throws CommandFailed {
        checkKey(ClassicCapabilities.LINUX.encryption().get(algorithm), key);
        encryption = algorithm.number();
        encryptionKey = key;
    }

    private void readAuthentication() throws StrayCharacter, CommandFailed {
        switch (cursor.peek()) {
            case AUTHENTICATION_NULL -> {
                cursor.take();
                authentication = AuthAlgorithm.NULL;
            }
            case AUTHENTICATION_NAME -> {
                AuthAlgorithm algorithm = AuthAlgorithm.named(cursor.take().value()).orElseThrow();
                Secret key = key();
                checkKey(ClassicCapabilities.LINUX.authentication().get(algorithm), key);
                authentication = algorithm;
                authenticationKey = key;
            }
            default -> throw cursor.syntaxError();
        }
    }

    private Secret key() throws StrayCharacter, CommandFailed {
        Token token = cursor.expectKey();
        if (token.kind() == Kind.QUOTED) {
            return Secret.of(token.value().getBytes(StandardCharsets.ISO_8859_1));
        }
        String digits = token.value();
        return Secret.ofHex(digits.length() % 2 == 0 ? digits : "0" + digits);
    }

    private void checkKey(@Nullable KeyBits allowed, Secret key) throws CommandFailed {
        if (allowed == null) {
            throw cursor.failure("Not supported");
        }
        if (key.bits() < allowed.minimum() || key.bits() > allowed.maximum()) {
            output.raw(key.bits() + " " + allowed.minimum() + " " + allowed.maximum());
            throw cursor.failure("Invalid key length");
        }
    }

    private void deleteAll() throws StrayCharacter, CommandFailed {
        List<Endpoint> sources = addresses.readHost();
        List<Endpoint> destinations = addresses.readHost();
        readProtocol();
        cursor.expect(Kind.SEMICOLON);
        for (SaSnapshot snapshot : session.list(protocol)) {
            SecurityAssociation sa = snapshot.association();
            if (sa.protocol() == protocol
                    && holds(sources, sa.source())
                    && holds(destinations, sa.destination())) {
                spi = sa.spi();
                sendPairs(Kind.DELETE, sources, destinations);
            }
        }
    }

    private static boolean holds(List<Endpoint> ends, Endpoint end) {
        return ends.stream().anyMatch(one -> one.address().equals(end.address()));
    }

    private void sendPairs(Kind command, List<Endpoint> sources, List<Endpoint> destinations)
            throws CommandFailed {
        boolean sent = false;
        for (Endpoint source : sources) {
            for (Endpoint destination : destinations) {
                if (source.isIpv4() == destination.isIpv4()) {
                    session.send(operation(command, source, destination), cursor.line());
                    sent = true;
                }
            }
        }
        if (!sent) {
            throw new CommandFailed(); // without a word, as the original
        }
    }

    private SadbOperation operation(Kind command, Endpoint source, Endpoint destination) {
        SaReference reference = new SaReference(source, destination, protocol, spi, mode);
        return switch (command) {
            case GET -> new SadbOperation.GetSa(reference);
            case DELETE -> new SadbOperation.DeleteSa(reference);
            case GETSPI -> {
                boolean chosen = spi.value() != 0;
                yield new SadbOperation.ReserveSpi(
                        source,
                        destination,
                        protocol,
                        mode,
                        reqid,
                        chosen ? spi : new Spi(0x100),
                        chosen ? spi : new Spi(0x0fff_ffff));
            }
            default -> new SadbOperation.AddSa(association(source, destination));
        };
    }

    private SecurityAssociation association(Endpoint source, Endpoint destination) {
        SecurityAssociation.Builder sa =
                SecurityAssociation.builder(source, destination, protocol, spi)
                        .mode(mode)
                        .reqid(reqid)
                        .authentication(authentication, authenticationKey)
                        .replayWindow(replay)
                        .flags(flags)
                        .hard(lifetime(hardBytes, hardTime))
                        .soft(lifetime(softBytes, softTime));
        if (protocol == IpsecProtocol.IPCOMP) {
            // one field of the message: the number after -E would be taken for one after -C
            sa.compression(
                    CompressionAlgorithm.numbered(encryption).orElse(CompressionAlgorithm.NONE));
        } else {
            sa.encryption(
                    EncryptionAlgorithm.numbered(encryption).orElse(EncryptionAlgorithm.NONE),
                    encryptionKey);
        }
        context.ifPresent(sa::context);
        if (inUdp) {
            sa.encapsulation(
                    new UdpEncapsulation(
                            natPort(source),
                            natPort(destination),
                            originalAddress.map(Endpoint::address),
                            0));
        }
        return sa.build();
    }

    private static int natPort(Endpoint end) {
        return end.port() == 0 ? UdpEncapsulation.DEFAULT_PORT : end.port();
    }

    private static Lifetime lifetime(long bytes, long seconds) {
        long bounded = seconds < 0 ? Long.MAX_VALUE : seconds;
        return new Lifetime(0, bytes, Duration.ofSeconds(bounded), Duration.ZERO);
    }

    private static CompressionAlgorithm compression(String name) {
        return switch (name) {
            case "oui" -> CompressionAlgorithm.OUI;
            case "deflate" -> CompressionAlgorithm.DEFLATE;
            default -> CompressionAlgorithm.LZS;
        };
    }

    /// What strtoul makes of digits: 64 bits unsigned, the largest where they are more.
    static long number(String digits, int radix) {
        try {
            return Long.parseUnsignedLong(digits, radix);
        } catch (NumberFormatException tooBig) {
            return -1L;
        }
    }
}

package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Address;
import org.jipsec.pfkey.PfkeyExtension.Algorithm;
import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.Combination;
import org.jipsec.pfkey.PfkeyExtension.Context;
import org.jipsec.pfkey.PfkeyExtension.Count;
import org.jipsec.pfkey.PfkeyExtension.Counts;
import org.jipsec.pfkey.PfkeyExtension.EndpointPair;
import org.jipsec.pfkey.PfkeyExtension.ExtendedAssociation;
import org.jipsec.pfkey.PfkeyExtension.Features;
import org.jipsec.pfkey.PfkeyExtension.Filter;
import org.jipsec.pfkey.PfkeyExtension.Identity;
import org.jipsec.pfkey.PfkeyExtension.Key;
import org.jipsec.pfkey.PfkeyExtension.KeyManagerAddress;
import org.jipsec.pfkey.PfkeyExtension.Lifetimes;
import org.jipsec.pfkey.PfkeyExtension.NatPort;
import org.jipsec.pfkey.PfkeyExtension.NatType;
import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.PolicyRequest;
import org.jipsec.pfkey.PfkeyExtension.Proposal;
import org.jipsec.pfkey.PfkeyExtension.Reason;
import org.jipsec.pfkey.PfkeyExtension.Sa2;
import org.jipsec.pfkey.PfkeyExtension.Sensitivity;
import org.jipsec.pfkey.PfkeyExtension.Sequence;
import org.jipsec.pfkey.PfkeyExtension.SpiRange;
import org.jipsec.pfkey.PfkeyExtension.Supported;
import org.jipsec.pfkey.PfkeyExtension.Unknown;
import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// [PfkeyExtension]s to octets; reserved fields and padding are zero.
final class PfkeyEncoder {
    private PfkeyEncoder() {}

    /// Whole length, a multiple of 8.
    static int octets(PfkeyExtension extension, Dialect dialect) {
        return (4 + bodyOctets(extension, dialect.layout()) + 7) & ~7;
    }

    static void extension(PfkeyExtension extension, ByteBuffer out, Dialect dialect) {
        int length = octets(extension, dialect);
        int end = out.position() + length;
        out.putShort((short) (length / 8)).putShort((short) extension.number());
        body(extension, out, dialect);
        while (out.position() < end) {
            out.put((byte) 0);
        }
    }

    private static int bodyOctets(PfkeyExtension extension, Dialect.Layout layout) {
        return switch (extension) {
            case Association _, SpiRange _, Sa2 _ -> 12;
            case Lifetimes _ -> 28;
            case Address address -> 4 + SocketAddresses.paddedOctets(address.endpoint().address());
            case Key key -> 4 + key.secret().length();
            case Identity identity -> 12 + identity.text().length();
            case Sensitivity sensitivity ->
                    12
                            + sensitivity.sensitivityBitmap().length()
                            + sensitivity.integrityBitmap().length();
            case Proposal proposal -> 4 + 72 * proposal.combinations().size();
            case Supported supported -> 4 + 8 * supported.algorithms().size();
            case PolicyData policy -> {
                int length = 12;
                for (PolicyRequest request : policy.requests()) {
                    length += octets(request, layout);
                }
                yield length;
            }
            case NatType _, NatPort _ -> 4;
            case Context context -> 4 + context.context().length();
            case KeyManagerAddress manager -> 4 + octets(manager.endpoints());
            case Filter _ -> 36;
            case ExtendedAssociation _ -> 12;
            case Reason reason -> 2 + utf8(reason.text()).length;
            case Counts counts -> {
                int length = 4;
                for (Count count : counts.counts()) {
                    length += 12 + utf8(count.name()).length + utf8(count.sentence()).length;
                }
                yield length;
            }
            case Features features -> 10 + utf8(features.backend()).length;
            case Sequence sequence -> 20 + 4 * sequence.window().size();
            case Unknown unknown -> unknown.body().length();
        };
    }

    private static void body(PfkeyExtension extension, ByteBuffer out, Dialect dialect) {
        switch (extension) {
            case Association sa -> {
                int spi = sa.spi().value();
                out.putInt(out.order() == ByteOrder.BIG_ENDIAN ? spi : Integer.reverseBytes(spi));
                out.put((byte) sa.replay()).put((byte) sa.state());
                out.put((byte) sa.authentication()).put((byte) sa.encryption());
                out.putInt(sa.flags());
            }
            case Lifetimes lifetimes -> {
                out.putInt((int) lifetimes.allocations()).putLong(lifetimes.bytes());
                out.putLong(lifetimes.addTime()).putLong(lifetimes.useTime());
            }
            case Address address -> {
                out.put((byte) address.protocol()).put((byte) address.prefixLength());
                out.putShort((short) 0);
                SocketAddresses.encode(address.endpoint(), out, dialect.layout());
            }
            case Key key -> {
                out.putShort((short) key.bits()).putShort((short) 0);
                byte[] octets = key.secret().toArray();
                out.put(octets);
                Arrays.fill(octets, (byte) 0);
            }
            case Identity identity -> {
                out.putShort((short) identity.kind()).putShort((short) 0).putLong(identity.id());
                put(identity.text(), out);
            }
            case Sensitivity sensitivity -> {
                out.putInt(sensitivity.domain());
                out.put((byte) sensitivity.sensitivityLevel());
                out.put((byte) (sensitivity.sensitivityBitmap().length() / 8));
                out.put((byte) sensitivity.integrityLevel());
                out.put((byte) (sensitivity.integrityBitmap().length() / 8));
                out.putInt(0);
                put(sensitivity.sensitivityBitmap(), out);
                put(sensitivity.integrityBitmap(), out);
            }
            case Proposal proposal -> {
                out.put((byte) proposal.replay()).put((byte) 0).putShort((short) 0);
                proposal.combinations().forEach(combination -> put(combination, out));
            }
            case Supported supported -> {
                out.putInt(0);
                for (Algorithm algorithm : supported.algorithms()) {
                    out.put((byte) algorithm.id()).put((byte) algorithm.ivLength());
                    out.putShort((short) algorithm.minimumBits());
                    out.putShort((short) algorithm.maximumBits()).putShort((short) 0);
                }
            }
            case SpiRange range ->
                    out.putInt(range.minimum().value()).putInt(range.maximum().value()).putInt(0);
            case PolicyData policy -> {
                out.putShort((short) policy.type()).put((byte) policy.direction()).put((byte) 0);
                out.putInt(policy.id()).putInt(dialect.hasPriorities() ? policy.priority() : 0);
                policy.requests().forEach(request -> put(request, out, dialect.layout()));
            }
            case Sa2 sa2 -> {
                out.put((byte) sa2.mode()).put((byte) 0).putShort((short) 0);
                out.putInt(sa2.sequence()).putInt(sa2.reqid());
            }
            case NatType nat -> out.put((byte) nat.type());
            case NatPort port -> out.put((byte) (port.port() >> 8)).put((byte) port.port());
            case Context context -> {
                out.put((byte) context.algorithm()).put((byte) context.doi());
                out.putShort((short) context.context().length());
                put(context.context(), out);
            }
            case KeyManagerAddress manager -> {
                out.putInt(manager.reserved());
                put(manager.endpoints(), out, dialect.layout());
            }
            case Filter filter -> {
                put(filter.source(), out);
                put(filter.destination(), out);
                out.putShort((short) filter.family());
                out.put((byte) filter.sourceLength()).put((byte) filter.destinationLength());
            }
            case ExtendedAssociation sa -> {
                out.putInt(sa.flags()).putShort((short) sa.replayWindow());
                out.put((byte) (sa.extendedSequence() ? 1 : 0)).put((byte) 0);
                out.putShort((short) sa.fragmentSize());
            }
            case Reason reason -> {
                byte[] text = utf8(reason.text());
                out.putShort((short) text.length).put(text);
            }
            case Counts counts -> {
                out.putInt(counts.counts().size());
                for (Count count : counts.counts()) {
                    byte[] name = utf8(count.name());
                    byte[] sentence = utf8(count.sentence());
                    out.putLong(count.value());
                    out.putShort((short) name.length).putShort((short) sentence.length);
                    out.put(name).put(sentence);
                }
            }
            case Features features -> {
                byte[] backend = utf8(features.backend());
                out.putInt(features.features()).putInt(features.compression());
                out.putShort((short) backend.length).put(backend);
            }
            case Sequence sequence -> {
                out.putInt(sequence.window().size());
                out.putLong(sequence.sent()).putLong(sequence.received());
                sequence.window().forEach(out::putInt);
            }
            case Unknown unknown -> put(unknown.body(), out);
        }
    }

    private static int octets(PolicyRequest request, Dialect.Layout layout) {
        Optional<EndpointPair> endpoints = request.endpoints();
        int length = layout.ruleHeader() + (endpoints.isPresent() ? octets(endpoints.get()) : 0);
        return (length + 7) & ~7;
    }

    private static int octets(EndpointPair pair) {
        return SocketAddresses.octets(pair.source().address())
                + SocketAddresses.octets(pair.destination().address());
    }

    private static void put(PolicyRequest request, ByteBuffer out, Dialect.Layout layout) {
        int end = out.position() + octets(request, layout);
        out.putShort((short) octets(request, layout)).putShort((short) request.protocol());
        out.put((byte) request.mode()).put((byte) request.level());
        if (layout.ruleHeader() > 8) {
            out.putShort((short) 0).putInt(request.reqid()).putInt(0);
        } else {
            out.putShort((short) request.reqid());
        }
        if (request.endpoints().isPresent()) {
            put(request.endpoints().get(), out, layout);
        }
        while (out.position() < end) {
            out.put((byte) 0);
        }
    }

    private static void put(EndpointPair pair, ByteBuffer out, Dialect.Layout layout) {
        SocketAddresses.encode(pair.source(), out, layout);
        SocketAddresses.encode(pair.destination(), out, layout);
    }

    private static void put(Combination combination, ByteBuffer out) {
        out.put((byte) combination.authentication()).put((byte) combination.encryption());
        out.putShort((short) combination.flags());
        out.putShort((short) combination.authenticationMinimum());
        out.putShort((short) combination.authenticationMaximum());
        out.putShort((short) combination.encryptionMinimum());
        out.putShort((short) combination.encryptionMaximum());
        out.putInt(0);
        out.putInt((int) combination.soft().allocations());
        out.putInt((int) combination.hard().allocations());
        out.putLong(combination.soft().bytes()).putLong(combination.hard().bytes());
        out.putLong(combination.soft().addTime()).putLong(combination.hard().addTime());
        out.putLong(combination.soft().useTime()).putLong(combination.hard().useTime());
    }

    private static void put(Bytes bytes, ByteBuffer out) {
        out.put(bytes.buffer());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

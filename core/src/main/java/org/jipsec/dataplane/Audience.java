package org.jipsec.dataplane;

import org.jipsec.pfkey.PfkeyCodec;
import org.jipsec.pfkey.PfkeyMessage;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The clients of a [KeyService], and who of them is told what: as Linux does, all, those that
/// registered, and promiscuous listeners of everything that is said.
final class Audience {
    final List<KeyServiceClient> clients = new CopyOnWriteArrayList<>();

    /// The client, and who listens to all.
    void tellOne(KeyServiceClient client, PfkeyMessage message) {
        byte[] octets = octets(message);
        tellOnlookers(octets);
        client.reply(octets);
    }

    /// The client, all others, and once more who listens to all.
    void tellAll(KeyServiceClient client, PfkeyMessage message) {
        byte[] octets = octets(message);
        tellOthers(client, octets);
        client.reply(octets);
    }

    void tellOthers(@Nullable KeyServiceClient client, PfkeyMessage message) {
        tellOthers(client, octets(message));
    }

    void tellOthers(@Nullable KeyServiceClient client, byte[] octets) {
        for (KeyServiceClient other : clients) {
            if (other.promiscuous) {
                other.offer(octets);
            }
            if (other != client) {
                other.offer(octets);
            }
        }
    }

    void tellRegistered(@Nullable KeyServiceClient client, PfkeyMessage message) {
        byte[] octets = octets(message);
        for (KeyServiceClient other : clients) {
            if (other.promiscuous) {
                other.offer(octets);
            }
            if (other != client && other.registered != 0) {
                other.offer(octets);
            }
        }
        if (client != null) {
            client.reply(octets);
        }
    }

    void tellOnlookers(ByteBuffer message) {
        byte[] octets = null;
        for (KeyServiceClient other : clients) {
            if (other.promiscuous) {
                if (octets == null) {
                    octets = new byte[message.remaining()];
                    message.duplicate().get(octets);
                }
                other.offer(octets);
            }
        }
    }

    void tellOnlookers(byte[] octets) {
        tellOnlookers(ByteBuffer.wrap(octets));
    }

    static byte[] octets(PfkeyMessage message) {
        return PfkeyCodec.encode(message).array();
    }

    boolean isAnybodyTold() {
        for (KeyServiceClient client : clients) {
            if (client.registered != 0 || client.promiscuous) {
                return true;
            }
        }
        return false;
    }
}

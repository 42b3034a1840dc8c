package org.jipsec.crypto;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.util.Arrays;

/// A pseudo-random function with its key: the `prf(key, ...)` of RFC 2409 section 4. For one
/// thread.
public final class Prf {
    private final Hmac mac;
    private final int length;

    Prf(Hmac mac, int length) {
        this.mac = mac;
        this.length = length;
    }

    /// Of its result, in octets.
    public int length() {
        return length;
    }

    /// Takes in what its next result is over, piece by piece.
    public Prf update(Bytes... parts) {
        for (Bytes part : parts) {
            mac.update(part.toArray(), 0, part.length());
        }
        return this;
    }

    /// Takes in a secret.
    public Prf update(Secret part) {
        byte[] octets = part.toArray();
        mac.update(octets, 0, octets.length);
        Arrays.fill(octets, (byte) 0);
        return this;
    }

    /// Over all that was taken in since the last result, for what is shown to the peer.
    public Bytes finish() {
        return Bytes.of(result());
    }

    /// The same, for what is not shown.
    public Secret finishSecret() {
        byte[] result = result();
        Secret secret = Secret.of(result);
        Arrays.fill(result, (byte) 0);
        return secret;
    }

    private byte[] result() {
        byte[] result = new byte[length];
        mac.finish(result, 0);
        return result;
    }
}

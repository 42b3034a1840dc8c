package org.jipsec.ike;

import org.jipsec.ike.settings.PresharedKeys;

import java.io.IOException;

/// Reads psk.txt whenever a key is needed, as racoon does: a key changed there counts from the next
/// negotiation on.
@FunctionalInterface
public interface PresharedKeySource {
    /// @throws IOException with a text for the log: it is missing, or others may read it
    PresharedKeys read() throws IOException;
}

package org.jipsec.isakmp;

import java.util.List;
import java.util.Optional;

/// A transform payload (RFC 2408 3.6): one way to fulfil the proposal it stands in.
///
/// @param number 0..255, the sender's own
/// @param id 0..255: 1 (KEY_IKE) in phase 1, else the algorithm of the proposal's protocol
/// @param attributes in the order of the wire
public record Transform(int number, int id, List<Attribute> attributes) {
    /// The only transform id of phase 1.
    public static final int KEY_IKE = 1;

    public Transform {
        Octets.check("transform number", number);
        Octets.check("transform id", id);
        attributes = List.copyOf(attributes);
    }

    /// The first attribute of a type.
    public Optional<Attribute> first(Numbered type) {
        return attributes.stream().filter(attribute -> attribute.is(type)).findFirst();
    }
}

package org.jipsec.setkey;

import java.util.Optional;

/// What `-4`, `-6` and `-n` before the addresses say.
///
/// @param family which addresses of a name to take; the flag written last counts
/// @param numericOnly no name is looked up
public record AddressOptions(Optional<Family> family, boolean numericOnly) {
    public static final AddressOptions NONE = new AddressOptions(Optional.empty(), false);

    public enum Family {
        IPV4,
        IPV6
    }
}

package org.jipsec.sadb;

/// Names an SA in `get` and `delete`.
///
/// @param mode as written; without meaning on Linux
public record SaReference(
        Endpoint source, Endpoint destination, IpsecProtocol protocol, Spi spi, SaMode mode) {
    public SaId id() {
        return new SaId(destination.address(), protocol, spi);
    }
}

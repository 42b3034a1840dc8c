/// The engine of IKEv1 (RFC 2409), without clock, socket or thread.
///
/// So far its arithmetic, as pure functions of octets: [KeyMaterial] is what phase 1 derives of its
/// authentication and its Diffie-Hellman exchange; [Phase1Hashes] and [Phase2Hashes] are what the
/// two sides prove that they have it with; [IvDerivation] says under which IV a message is
/// encrypted; [Keymat] makes the keys of IPsec's SAs. Names are the RFC's: `Ni_b` is the body of
/// the initiator's nonce payload (all but its generic header), `g^xi` its public value.
@NullMarked
package org.jipsec.ike;

import org.jspecify.annotations.NullMarked;

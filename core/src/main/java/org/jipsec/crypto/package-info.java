/// Ciphers, MACs and AEADs of packets behind small interfaces, and the one place that picks who
/// computes them.
///
/// Start at [CryptoProvider]. [PacketCipher], [PacketMac] and [PacketAead] are what the packet path
/// sees: in place, on heap arrays, for one thread at a time and one direction of one SA. `Jce...`
/// classes stand on the JDK, `Engine...` on BouncyCastle, `Aes...` are our own modes over the JDK's
/// AES, and [TripleDes] is wholly ours.
///
/// IKE's own are enums with their numbers on the wire: [IkeCipher], [IkeHash] with its [Prf], and
/// [DhGroup], whose exchange is [DhExchange]. They work on whole messages and keep no state.
///
/// Nothing else in the project names a provider. No packet format here: who covers what of a packet
/// is the caller's.
@NullMarked
package org.jipsec.crypto;

import org.jspecify.annotations.NullMarked;

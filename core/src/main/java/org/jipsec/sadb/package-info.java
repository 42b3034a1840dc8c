/// The vocabulary of RFC 4301 and the seam between whoever has a wish about SAs and policies and
/// whoever fulfils it.
///
/// Start at [SadbBackend]: one interface, one operation a call. What can be asked is the sealed
/// [SadbOperation], what comes back the sealed [SadbReply], what happens by itself the sealed
/// [SadbEvent]. [SecurityAssociation] and [Policy] are what the databases hold; [AuthAlgorithm],
/// [EncryptionAlgorithm] and [CompressionAlgorithm] are the registry of algorithms, with PF_KEY's
/// numbers and setkey's names. Values only: no clock, no socket, no cipher.
@NullMarked
package org.jipsec.sadb;

import org.jspecify.annotations.NullMarked;

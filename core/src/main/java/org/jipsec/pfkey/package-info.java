/// PF_KEYv2 (RFC 2367) with the extensions of KAME and Linux: messages, their octets, what they
/// mean in `sadb`, and a client.
///
/// Start at [PfkeyMessage]: a header and a list of sealed [PfkeyExtension]s. [PfkeyCodec] turns
/// octets into it and back and knows nothing else. [PfkeyRequests] and [PfkeyReplies] say which
/// message stands for which [org.jipsec.sadb.SadbOperation] and [org.jipsec.sadb.SadbReply],
/// [PfkeyEvents] does so for what comes unasked. [PfkeyBackend] is the client's side over a
/// [PfkeyChannel]; the server's is `KeyService` of the dataplane. [PfkeyDump] prints messages as
/// `setkey -v` and `-x` always did.
///
/// Layouts are Linux's (`<linux/pfkeyv2.h>`): multi-octet fields in the byte order of the host,
/// SPIs, ports and addresses big-endian, lengths in units of 8 octets. What PF_KEY has no field for
/// travels in extensions numbered from [ExtensionType#PRIVATE] on and in message types from
/// [MessageType#PRIVATE] on; kernels are never sent them.
@NullMarked
package org.jipsec.pfkey;

import org.jspecify.annotations.NullMarked;

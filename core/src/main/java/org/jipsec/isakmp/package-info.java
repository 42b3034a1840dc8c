/// IKEv1 messages (RFC 2408): octets to values and back, and nothing else.
///
/// Start at [MessageCodec]: it turns a datagram into a [Message], or into an [EncryptedMessage]
/// whose body the caller decrypts and hands back for a [PayloadChain]. [Payload] lists every
/// payload; [Attribute] is what proposals, mode config and some notifies are made of. The enums
/// hold the numbers of RFC 2407, 2408, 2409, 3706, 3947 and of the drafts that peers still speak,
/// each with the name racoon logs. [MessageRules] says what each message of an exchange must and
/// may carry, [VendorId] who a peer says it is, [FragmentCodec] and [FragmentReassembly] cut large
/// messages and join them.
///
/// No clock, no socket, no key, no policy: everything here is a pure function of its arguments.
/// Octets that are not a message are a [org.jipsec.wire.WireException] that names the octet,
/// counted from the first of the ISAKMP header. Work and memory are linear in the datagram, and
/// every list has a bound ([Bounds]).
@NullMarked
package org.jipsec.isakmp;

import org.jspecify.annotations.NullMarked;

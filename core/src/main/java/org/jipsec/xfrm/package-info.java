/// The IPsec of a Linux kernel over XFRM netlink: messages, their octets, what they mean in `sadb`,
/// and a client.
///
/// Start at [XfrmBackend]. It turns each [org.jipsec.sadb.SadbOperation] into requests
/// (`SaCodec`, `PolicyCodec`), sends them over an [XfrmChannel] (`XfrmExchange`: many in a
/// datagram, answers known by number and port, dumps repeated when they were disturbed) and makes
/// of what comes back what PF_KEY would have answered, so that the same formatters print the same:
/// levels, request ids, numbering of dumps. `SaOperations` and `PolicyOperations` hold what takes
/// several requests. `XfrmListener` is told by the kernel's multicast groups what others do; when
/// the kernel had to drop such news, it dumps and tells the difference.
///
/// What the language cannot say of an SA (marks, interface, offload, its own selector) is kept on
/// an update (`SaExtras`); algorithms that only another program knows are shown by the kernel's
/// name and left alone. Structures are in the machine's byte order, addresses, SPIs and ports in
/// the network's. Everything but the channel is a pure function of its arguments, the clock passed
/// in.
@NullMarked
package org.jipsec.xfrm;

import org.jspecify.annotations.NullMarked;

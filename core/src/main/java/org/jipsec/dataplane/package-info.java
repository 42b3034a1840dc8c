/// IPsec in userspace: SAD, SPD, ESP, AH, IPComp, replay protection, the packet path, its links,
/// and the key service in front of it.
///
/// Start at [SadbEngine], what a kernel is behind PF_KEY: it runs every
/// [org.jipsec.sadb.SadbOperation] on the SAD ([SadOperations], [SaDatabase]) and the SPD
/// ([SpdOperations], [PolicyDatabase]). [Outbound] and [Inbound] take a packet through it; they ask
/// by [SaLookup] and [PolicyLookup], without a lock, and answer with a [Verdict] or a [DropReason].
/// [IpsecStack] puts both together and tells the engine what packets have brought to light
/// ([Notice]). [Link]s carry [PacketBatch]es; [PcapWriter] and [PacketText] show them. [KeyService]
/// is PF_KEY in front of it all.
@NullMarked
package org.jipsec.dataplane;

import org.jspecify.annotations.NullMarked;

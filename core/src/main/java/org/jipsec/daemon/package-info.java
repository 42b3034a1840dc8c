/// The shell around the engines: what ties the userspace stack to the host it runs on.
///
/// Start at [Diversion]: it makes the host hand over the packets that policies are for, and keeps
/// out those that should have come protected. What waits for its thread is in [DiversionErrands],
/// what that thread does to the host is [HostKeeper]'s. Two pure planners say what that takes:
/// [DiversionPlanner] which routes lead into the TUN device, [FilterPlanner] which sets and rules
/// of nftables hold the policies `in` and `fwd`. What they plan is carried out by
/// [DivertedRoutes] (by rtnetlink) and [ClearTextFilter] (by the program nft(8)), as differences to
/// what is there, so that it follows each change of the SPD quickly.
///
/// [Wire] is where packets go: it owns the TUN device, the sockets, and the threads of each
/// direction ([OutLoop], [InLoop]; a pair of them is a [PacketQueue]) that move them between both
/// and the stack; [SaSockets] opens what SAs ask
/// for, [QuotedPackets] says which ICMP errors to believe. What it wants of the host around it is
/// [HostSide].
///
/// Everything of ours in the host is known by the names and numbers of [WireNames], and gone when
/// the daemon ends; what a killed one left behind, its successor removes.
@NullMarked
package org.jipsec.daemon;

import org.jspecify.annotations.NullMarked;

/// The kernel, by system call: TUN devices, raw and UDP sockets with their batches, waiting,
/// rtnetlink, and what this process may do. Linux on x86_64 and aarch64; elsewhere everything here
/// refuses with an [OsException] that says so.
///
/// Start at [Tun] and its [TunQueue]s, at [UdpSocket] and [RawSocket] (both [MessageSocket]s, which
/// take a [ReceiveBatch] or a [SendBatch] each; several of one protocol have a [Share] each), at
/// [Poller] which waits for all of them, at [Rtnetlink] with [NetworkMonitor], and at [KeySocket],
/// the kernel's PF_KEY. An offload the
/// kernel refuses is done without; what it granted is told as a set of [Offload]s. "Try again
/// later" is a return value, whatever else the kernel refuses an [OsException] with call, arguments
/// and name of the error; an interrupted call is repeated.
///
/// The only place that knows JNA (`Libc`), by direct mapping with addresses as `long`: the memory
/// behind them is a [NativeBuffer], the layout of what stands there is in `Layouts`. Nothing native
/// is loaded before the first descriptor or buffer is made: a program that never makes one never
/// pays for it.
@NullMarked
package org.jipsec.os;

import org.jspecify.annotations.NullMarked;
